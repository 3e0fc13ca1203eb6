/** COCO run lengths, and the outline of what they cover: along the edges of its pixels, so exact at any zoom. */

import type { Json } from "../api/types";

export interface Mask {
  lengths: number[];
  height: number;
}

/** The mask as documents hold it: an object, or just its runs in a picture so high. Null for what is none. */
export function maskOf(geometry: Json, height: number): Mask | null {
  if (geometry !== null && typeof geometry === "object" && !Array.isArray(geometry)) {
    const size = geometry["size"];
    const own = Array.isArray(size) && typeof size[0] === "number" ? size[0] : height;
    return maskOf(geometry["counts"] ?? null, own);
  }
  if (height <= 0) return null;
  if (typeof geometry === "string") return { lengths: decompressed(geometry), height };
  if (!Array.isArray(geometry)) return null;
  return { lengths: geometry.filter((one): one is number => typeof one === "number" && one >= 0), height };
}

/** As pycocotools writes them (maskApi.c): groups of five bits, from the third run on differences to two before. */
function decompressed(text: string): number[] {
  const lengths: number[] = [];
  let value = 0;
  let shift = 0;
  for (const letter of text) {
    const group = letter.charCodeAt(0) - 48;
    value += (group & 0x1f) * 2 ** shift;
    shift += 5;
    if (group & 0x20) continue;
    if (group & 0x10) value -= 2 ** shift;
    const at = lengths.length;
    lengths.push(Math.max(0, value + (at > 2 ? (lengths[at - 2] ?? 0) : 0)));
    value = 0;
    shift = 0;
  }
  return lengths;
}

type Span = [top: number, bottom: number];

/** What is inside, column by column. */
export function columnsOf({ lengths, height }: Mask): Map<number, Span[]> {
  const columns = new Map<number, Span[]>();
  let at = 0;
  lengths.forEach((length, place) => {
    const end = at + length;
    if (place % 2 === 1) {
      while (at < end) {
        const column = Math.floor(at / height);
        const bottom = Math.min(end, (column + 1) * height);
        const spans = columns.get(column) ?? [];
        spans.push([at - column * height, bottom - column * height]);
        columns.set(column, spans);
        at = bottom;
      }
    }
    at = end;
  });
  return columns;
}

/** Path data around the mask; holes turn the other way round. */
export function outlineOf(mask: Mask): string {
  const steps = stepsAround(columnsOf(mask), mask.height + 1);
  const parts: string[] = [];
  for (const [start, ends] of steps) while (ends.length > 0) parts.push(ring(steps, start, mask.height + 1));
  return parts.join("");
}

/** From each corner (as one number: x * tall + y) to the next, with the inside on the right. */
function stepsAround(columns: Map<number, Span[]>, tall: number): Map<number, number[]> {
  const steps = new Map<number, number[]>();
  const step = (fromX: number, fromY: number, toX: number, toY: number) => {
    const from = fromX * tall + fromY;
    const known = steps.get(from);
    if (known) known.push(toX * tall + toY);
    else steps.set(from, [toX * tall + toY]);
  };
  const edges = new Set<number>();
  for (const column of columns.keys()) edges.add(column).add(column + 1);
  for (const x of edges) {
    const [left, right] = [columns.get(x - 1) ?? [], columns.get(x) ?? []];
    for (const [top, bottom] of right) {
      step(x, top, x + 1, top);
      step(x + 1, bottom, x, bottom);
    }
    for (const [top, bottom] of without(right, left)) step(x, bottom, x, top);
    for (const [top, bottom] of without(left, right)) step(x, top, x, bottom);
  }
  return steps;
}

/** The parts of spans that others do not cover. */
function without(spans: Span[], others: Span[]): Span[] {
  const left: Span[] = [];
  for (const [top, bottom] of spans) {
    let at = top;
    for (const [first, last] of others) {
      if (last <= at || first >= bottom) continue;
      if (first > at) left.push([at, first]);
      at = last;
    }
    if (at < bottom) left.push([at, bottom]);
  }
  return left;
}

function ring(steps: Map<number, number[]>, start: number, tall: number): string {
  const corner = (at: number): [number, number] => [Math.floor(at / tall), at % tall];
  const [x, y] = corner(start);
  let [lastX, lastY] = [x, y];
  let path = `M${x} ${y}`;
  let way: "H" | "V" | "" = "";
  for (let at = steps.get(start)?.pop(); at !== undefined; at = at === start ? undefined : steps.get(at)?.pop()) {
    const [nextX, nextY] = corner(at);
    const next = nextY === lastY ? "H" : "V";
    if (way !== "" && next !== way) path += `${way}${way === "H" ? lastX : lastY}`;
    [lastX, lastY, way] = [nextX, nextY, next];
  }
  return `${path}z`;
}
