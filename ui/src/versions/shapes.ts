/** Geometries of the server as SVG path data, in the picture's own pixels, and how large they are. */

import type { Json, Shape } from "../api/types";
import { columnsOf, maskOf, outlineOf } from "./masks";

/** Of a label: which of its points are linked, by their positions. */
export type Links = readonly (readonly number[])[];

const numbers = (value: Json): number[] =>
  Array.isArray(value) ? value.filter((one): one is number => typeof one === "number") : [];

const pairs = (value: Json): number[][] => (Array.isArray(value) ? value.map(numbers) : []);

const rings = (value: Json): number[][][] => (Array.isArray(value) ? value.map(pairs) : []);

const masks = new WeakMap<Shape, string>(); // a long way round, and drawn often

/** Path data of a shape that covers or crosses pixels; empty for one that has no outline. `height`: of the picture. */
export function outline(shape: Shape, height = 0, links: Links = []): string {
  switch (shape.kind) {
    case "rectangle": {
      const [x = 0, y = 0, width = 0, height = 0] = numbers(shape.geometry);
      return `M${x} ${y}h${width}v${height}h${-width}z`;
    }
    case "polygon":
      return rings(shape.geometry)
        .map(track)
        .filter(Boolean)
        .map((ring) => `${ring}z`)
        .join("");
    case "line":
      return track(pairs(shape.geometry));
    case "keypoints":
      return linked(pairs(shape.geometry), links);
    case "mask": {
      const mask = maskOf(shape.geometry, height);
      const path = masks.get(shape) ?? (mask ? outlineOf(mask) : "");
      masks.set(shape, path);
      return path;
    }
    default:
      return "";
  }
}

function track(points: number[][]): string {
  if (points.length === 0) return "";
  return `M${points.map(([x = 0, y = 0]) => `${x} ${y}`).join("L")}`;
}

/** A line for each link of which both points are there. */
function linked(points: number[][], links: Links): string {
  return links
    .map(([from = -1, to = -1]) => [points[from], points[to]])
    .filter((ends): ends is number[][] => ends.every((end) => end !== undefined && isThere(end)))
    .map(track)
    .join("");
}

const isThere = ([, , visible = 1]: number[]): boolean => visible > 0;

/** Whether the outline goes around something that is filled. */
export const isArea = ({ kind }: Shape): boolean => kind === "rectangle" || kind === "polygon" || kind === "mask";

/** The dots of points and keypoints, as [x, y]; keypoints that are not labelled (v = 0) are left out. */
export function dots(shape: Shape): [number, number][] {
  if (shape.kind === "point") {
    const [x = 0, y = 0] = numbers(shape.geometry);
    return [[x, y]];
  }
  if (shape.kind !== "keypoints") return [];
  return pairs(shape.geometry)
    .filter(isThere)
    .map(([x = 0, y = 0]) => [x, y]);
}

/** The box [x, y, width, height] around a shape; null for one that has no place. */
export function boxOf(shape: Shape, height = 0): [number, number, number, number] | null {
  if (shape.kind === "rectangle") {
    const [x = 0, y = 0, width = 0, tall = 0] = numbers(shape.geometry);
    return [x, y, width, tall];
  }
  const points = pointsOf(shape, height);
  if (points.length === 0) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right - left, bottom - top];
}

function pointsOf(shape: Shape, height: number): [number, number][] {
  switch (shape.kind) {
    case "polygon":
      return rings(shape.geometry).flatMap((ring) => ring.map(([x = 0, y = 0]): [number, number] => [x, y]));
    case "line":
      return pairs(shape.geometry).map(([x = 0, y = 0]) => [x, y]);
    case "mask": {
      const mask = maskOf(shape.geometry, height);
      if (!mask) return [];
      return [...columnsOf(mask)].flatMap(([x, spans]) =>
        spans.flatMap(([top, bottom]): [number, number][] => [
          [x, top],
          [x + 1, bottom],
        ]),
      );
    }
    default:
      return dots(shape);
  }
}
