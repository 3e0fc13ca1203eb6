/** Which pictures a gallery shows: its filter in the address, for the server, and for operations. The one place that knows them. */

import type { Query } from "../../api/client";
import type { JsonObject } from "../../api/types";
import { many, one } from "../../search";

/** As it stands in the address. */
export interface FilterSearch {
  label?: string[] | undefined;
  tag?: string[] | undefined;
  /** The text of the search box: `domain/assetquery.py` reads it. */
  q?: string | undefined;
  min?: string | undefined;
  max?: string | undefined;
}

export const filterSearch = (raw: Record<string, unknown>): FilterSearch => ({
  label: some(many(raw["label"])),
  tag: some(many(raw["tag"])),
  q: one(raw["q"]),
  min: whole(raw["min"]),
  max: whole(raw["max"]),
});

const some = (values: string[]): string[] | undefined => (values.length ? values : undefined);

const whole = (value: unknown): string | undefined => {
  const text = one(value);
  return text !== undefined && /^\d{1,9}$/.test(text) ? text : undefined;
};

/** The filter without what else stands in an address. */
export const onlyFilter = ({ label, tag, q, min, max }: FilterSearch): FilterSearch => ({ label, tag, q, min, max });

export const isFiltered = (filter: FilterSearch): boolean => Object.keys(queryOf(filter)).length > 0;

/** What makes two filters the same. */
export const keyOf = (filter: FilterSearch): string => JSON.stringify(queryOf(filter));

/** As the routes of the gallery take it. */
export function queryOf({ label, tag, q, min, max }: FilterSearch): Query {
  const said: Query = { label, tag, q, min_shapes: min, max_shapes: max };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** As operations take it: what is done to the pictures that the gallery shows. */
export function picturesOf({ label, tag, q, min, max }: FilterSearch): JsonObject {
  return {
    ...(label && { labels: label }),
    ...(tag && { tags: tag }),
    ...(q && { q }),
    ...(min && { min_shapes: Number(min) }),
    ...(max && { max_shapes: Number(max) }),
  };
}
