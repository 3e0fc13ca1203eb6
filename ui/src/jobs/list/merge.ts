/** How news enter a list that somebody is reading: known rows change where they stand, new ones wait on top. */
import type { InfiniteData } from "@tanstack/react-query";
import type { JobRow, Page } from "../../api/types";

export type Rows = InfiniteData<Page<JobRow>>;

export const allRows = (rows: Rows): JobRow[] => rows.pages.flatMap((page) => page.items);

export function unknownTo(rows: Rows, fresh: JobRow[]): JobRow[] {
  const known = new Set(allRows(rows).map((row) => row.id));
  return fresh.filter((row) => !known.has(row.id));
}

export function putOnTop(rows: Rows, fresh: JobRow[]): Rows {
  const [first, ...others] = rows.pages;
  if (!first) return rows;
  return { ...rows, pages: [{ ...first, items: [...unknownTo(rows, fresh), ...first.items] }, ...others] };
}
