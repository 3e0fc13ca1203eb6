/** Where a picture stands on its stage: zoom to a point, pan, what part is seen. Stages are in CSS pixels. */

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** `scale`: CSS pixels per pixel of the picture; x, y: where its corner stands on the stage. */
export interface View extends Point {
  scale: number;
}

const MOST = 64;
const LEAST = 0.5; // of the scale at which all is seen

/** All of the picture, in the middle. */
export function fitted(picture: Size, stage: Size): View {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, MOST);
  return { scale, x: (stage.width - picture.width * scale) / 2, y: (stage.height - picture.height * scale) / 2 };
}

/** Larger or smaller by a factor; what is under the point stays there. */
export function zoomed(view: View, factor: number, point: Point, picture: Size, stage: Size): View {
  const least = Math.min(1, fitted(picture, stage).scale * LEAST);
  const scale = Math.min(MOST, Math.max(least, view.scale * factor));
  const by = scale / view.scale;
  return held({ scale, x: point.x - (point.x - view.x) * by, y: point.y - (point.y - view.y) * by }, picture, stage);
}

export const moved = (view: View, by: Point, picture: Size, stage: Size): View =>
  held({ ...view, x: view.x + by.x, y: view.y + by.y }, picture, stage);

/** A box [x, y, width, height] of the picture in the middle, with some room around it. */
export function around([x, y, width, height]: readonly number[] & { length: 4 }, picture: Size, stage: Size): View {
  const [wide, tall] = [Math.max(width ?? 0, 1), Math.max(height ?? 0, 1)];
  const scale = Math.min(MOST / 4, stage.width / wide / 2, stage.height / tall / 2);
  const least = Math.max(scale, fitted(picture, stage).scale);
  const [left, top] = [(x ?? 0) + (width ?? 0) / 2, (y ?? 0) + (height ?? 0) / 2];
  return held({ scale: least, x: stage.width / 2 - left * least, y: stage.height / 2 - top * least }, picture, stage);
}

/** The picture never leaves the stage: its middle is reached by what is seen, on each side. */
function held(view: View, picture: Size, stage: Size): View {
  const along = (at: number, long: number, room: number): number => {
    const size = long * view.scale;
    const slack = Math.min(size, room) / 2;
    return Math.min(room - slack, Math.max(slack - size, at));
  };
  return { ...view, x: along(view.x, picture.width, stage.width), y: along(view.y, picture.height, stage.height) };
}

/** What is seen, [x, y, width, height] in pixels of the picture. */
export const partOf = ({ scale, x, y }: View, stage: Size): [number, number, number, number] => [
  -x / scale,
  -y / scale,
  stage.width / scale,
  stage.height / scale,
];
