/** How a gallery is drawn, as it stands in the address: only what differs from the usual. */

import type { VersionDetail } from "../../api/types";
import { many, one } from "../../search";
import { colours } from "../colour";
import type { Look } from "../Overlay";

export interface LookSearch {
  /** Labels that are not shown, by name. */
  hide?: string[] | undefined;
  /** Colours of the reader's own, as NAME=#rrggbb. */
  paint?: string[] | undefined;
  fill?: string | undefined;
  line?: string | undefined;
  /** How wide tiles are at least, in CSS pixels. */
  size?: string | undefined;
}

export const FILL = { usual: 14, min: 0, max: 80, step: 2 };
export const LINE = { usual: 1.6, min: 0.4, max: 6, step: 0.2 };
export const SIZE = { usual: 200, min: 96, max: 480, step: 8 };

interface Range {
  usual: number;
  min: number;
  max: number;
}

export const lookSearch = (raw: Record<string, unknown>): LookSearch => ({
  hide: some(many(raw["hide"])),
  paint: some(many(raw["paint"]).filter((each) => /=#[0-9a-f]{6}$/i.test(each))),
  fill: within(raw["fill"], FILL),
  line: within(raw["line"], LINE),
  size: within(raw["size"], SIZE),
});

const some = (values: string[]): string[] | undefined => (values.length ? values : undefined);

function within(value: unknown, range: Range): string | undefined {
  const number = Number(one(value) ?? Number.NaN);
  return number >= range.min && number <= range.max ? said(number, range) : undefined;
}

/** For the address; the usual is not said. */
export const said = (number: number, { usual }: Range): string | undefined => (number === usual ? undefined : String(number));

export const fillOf = ({ fill }: LookSearch): number => Number(fill ?? FILL.usual);
export const lineOf = ({ line }: LookSearch): number => Number(line ?? LINE.usual);
export const sizeOf = ({ size }: LookSearch): number => Number(size ?? SIZE.usual);

export function lookOf(search: LookSearch, { labels }: VersionDetail): Look {
  const palette = colours(labels);
  const ids = new Map(labels.map(({ id, name }) => [name, id]));
  for (const [name, colour] of (search.paint ?? []).map(apart)) {
    const id = ids.get(name);
    if (id) palette.set(id, colour);
  }
  return {
    colours: palette,
    hidden: new Set((search.hide ?? []).map((name) => ids.get(name) ?? "")),
    fill: fillOf(search),
    line: lineOf(search),
    links: new Map(labels.map(({ id, skeleton }) => [id, skeleton?.edges ?? []])),
  };
}

function apart(paint: string): [string, string] {
  const at = paint.lastIndexOf("=");
  return [paint.slice(0, at), paint.slice(at + 1)];
}

/** With a label in another colour; null: in its usual one. */
export function painted(paint: readonly string[] | undefined, label: string, colour: string | null): string[] | undefined {
  const others = (paint ?? []).filter((each) => apart(each)[0] !== label);
  return some(colour ? [...others, `${label}=${colour}`] : others);
}

/** With a label hidden, or shown. */
export function toggled(hide: readonly string[] | undefined, label: string): string[] | undefined {
  const hidden = hide ?? [];
  return some(hidden.includes(label) ? hidden.filter((each) => each !== label) : [...hidden, label]);
}
