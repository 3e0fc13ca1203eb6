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

/** What is shown while paused: the rows as they stood, and behind them what was asked for since. */
export function heldStill(still: readonly JobRow[], now: readonly JobRow[]): JobRow[] {
  const known = new Set(still.map(({ id }) => id));
  const last = still.at(-1);
  const behind = last ? now.slice(now.findIndex(({ id }) => id === last.id) + 1) : [];
  return [...still, ...behind.filter(({ id }) => !known.has(id))];
}

/** How many rows say something else by now; how far a run is, is no news. */
export function changesIn(still: readonly JobRow[], now: readonly JobRow[]): number {
  const news = new Map(now.map((row) => [row.id, said(row)]));
  return still.filter((row) => news.get(row.id) !== said(row)).length;
}

const said = ({ run_id, status, stop_requested_at, archived, failure, summary, waiting }: JobRow): string =>
  JSON.stringify([run_id, status, stop_requested_at, archived, failure, summary, waiting]);
