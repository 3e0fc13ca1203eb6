/** The bars of a histogram in words: from where to where each goes, without the empty ones at both ends. */

import { count, figure } from "../../components/numbers";

export interface Stretch {
  at_least: number;
  number: number;
}

type Say = (from: number, to: number | null) => string;

/** `bars` are all that there are, in their order: where one ends, the next begins. */
export function named(bars: readonly Stretch[], say: Say): { id: string; name: string; number: number }[] {
  const words = bars.map((bar, at) => ({
    id: String(bar.at_least),
    name: say(bar.at_least, bars[at + 1]?.at_least ?? null),
    number: bar.number,
  }));
  const isFull = ({ number }: Stretch) => number > 0;
  const first = bars.findIndex(isFull);
  return first < 0 ? [] : words.slice(first, bars.findLastIndex(isFull) + 1);
}

/** 3 · 21 to 50 · 1,001 or more */
export const shapes: Say = (from, to) => {
  if (from <= 20) return count(from);
  return to === null ? `${count(from)} or more` : `${count(from)} to ${count(to - 1)}`;
};

/** under 256 px · 256 to 511 px · 512 px or more */
export const pixels: Say = (from, to) => {
  if (to === null) return `${count(from)} px or more`;
  return from === 0 ? `under ${count(to)} px` : `${count(from)} to ${count(to - 1)} px`;
};

/** under 0.1% · 1% to 2.5% · 50% or more */
export const parts: Say = (from, to) => {
  const percent = (part: number) => `${figure(part * 100)}%`;
  if (to === null) return `${percent(from)} or more`;
  return from === 0 ? `under ${percent(to)}` : `${percent(from)} to ${percent(to)}`;
};

/** under 0.25 · 0.5 to 0.75 · 2 or more */
export const ratios: Say = (from, to) => {
  if (to === null) return `${figure(from)} or more`;
  return from === 0 ? `under ${figure(to)}` : `${figure(from)} to ${figure(to)}`;
};
