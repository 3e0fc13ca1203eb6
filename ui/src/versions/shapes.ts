/** Geometries of the server as SVG path data, in the picture's own pixels. */

import type { Json, Shape } from "../api/types";

const numbers = (value: Json): number[] =>
  Array.isArray(value) ? value.filter((one): one is number => typeof one === "number") : [];

const pairs = (value: Json): number[][] => (Array.isArray(value) ? value.map(numbers) : []);

/** Path data of a shape that covers or crosses pixels; empty for one that has no outline. */
export function outline(shape: Shape): string {
  switch (shape.kind) {
    case "rectangle": {
      const [x = 0, y = 0, width = 0, height = 0] = numbers(shape.geometry);
      return `M${x} ${y}h${width}v${height}h${-width}z`;
    }
    case "polygon":
      return (Array.isArray(shape.geometry) ? shape.geometry : [])
        .map((ring) => track(pairs(ring)))
        .filter(Boolean)
        .map((ring) => `${ring}z`)
        .join("");
    case "line":
      return track(pairs(shape.geometry));
    default:
      return "";
  }
}

function track(points: number[][]): string {
  if (points.length === 0) return "";
  return `M${points.map(([x = 0, y = 0]) => `${x} ${y}`).join("L")}`;
}

/** The dots of points and keypoints, as [x, y]; keypoints that are not labelled (v = 0) are left out. */
export function dots(shape: Shape): [number, number][] {
  if (shape.kind === "point") {
    const [x = 0, y = 0] = numbers(shape.geometry);
    return [[x, y]];
  }
  if (shape.kind !== "keypoints") return [];
  return pairs(shape.geometry)
    .filter(([, , visible = 1]) => visible > 0)
    .map(([x = 0, y = 0]) => [x, y]);
}
