/** Where things stand in a long list: stretches of keys, and how many each holds, newest first. */
import type { Cut, Stretch } from "../../api/places";

export interface Index {
  stretches: readonly Stretch[];
  /** How many things stand before each stretch. */
  before: readonly number[];
  total: number;
}

export const NOWHERE: Index = { stretches: [], before: [], total: 0 };

/** The index with more stretches at its end. */
export function extended(index: Index, more: readonly Stretch[]): Index {
  const before = [...index.before];
  let total = index.total;
  for (const [, , number] of more) {
    before.push(total);
    total += number;
  }
  return { stretches: [...index.stretches, ...more], before, total };
}

/** What to ask the server for to have what stands at `from` and the `limit` - 1 after it. */
export function cutAt({ stretches, before, total }: Index, from: number, limit: number): Cut {
  const to = Math.min(from + limit, total);
  const start = stretchOf(before, from);
  const wanted: string[] = [];
  for (let at = start; at < stretches.length && (before[at] ?? 0) < to; at += 1) {
    const stretch = stretches[at];
    if (stretch) wanted.push(`${stretch[0]}-${stretch[1]}`);
  }
  return { stretches: wanted, skip: from - (before[start] ?? 0), limit: Math.max(1, to - from) };
}

/** The last stretch that begins at or before a place. */
function stretchOf(before: readonly number[], place: number): number {
  let low = 0;
  let high = before.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((before[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Browsers end a page at some 16 million pixels: longer lists are drawn on fewer. */
export const TALLEST = 8_000_000;

export interface Window {
  /** Rows that are drawn: from this one to before that. */
  from: number;
  to: number;
  /** Where the first of them stands. */
  top: number;
  height: number;
  /** The first row that is seen whole or in part. */
  first: number;
}

/** Which rows are seen where the list is scrolled to, with one more on either side. */
export function windowAt(scroll: number, view: number, rows: number, tall: number): Window {
  const real = rows * tall;
  const height = Math.min(real, TALLEST);
  const wide = Math.max(1, height - view);
  const offset = real <= TALLEST ? scroll : (Math.min(scroll, wide) / wide) * Math.max(0, real - view);
  const from = Math.max(0, Math.floor(offset / tall) - 1);
  const to = Math.min(rows, Math.ceil((offset + view) / tall) + 1);
  return { from, to, top: scroll - (offset - from * tall), height, first: Math.max(0, Math.floor(offset / tall)) };
}

/** Where to scroll to so that a row is the first that is seen. */
export function scrollTo(row: number, view: number, rows: number, tall: number): number {
  const real = rows * tall;
  if (real <= TALLEST) return row * tall;
  return ((row * tall) / Math.max(1, real - view)) * (TALLEST - view);
}
