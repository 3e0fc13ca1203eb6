/** A saved view and the address: `?view=ID` and what differs from it. */
import type { JobFilters } from "../../../api/jobs";
import type { Density, SavedView, SavedViewForm } from "../../../api/types";
import { choice, many, one } from "../../../search";
import { columnsOf } from "../columns";
import { jobsSearch, written } from "../filters";
import type { Look } from "../look";

export interface ListSearch extends JobFilters {
  view?: string | undefined;
  /** Filters of the view that are taken off. */
  without?: string[] | undefined;
  /** Other columns than the view's, as "status,name". */
  columns?: string | undefined;
  density?: Density | undefined;
}

export function listSearch(raw: Record<string, unknown>): ListSearch {
  const view = one(raw["view"]);
  if (!view) return jobsSearch(raw);
  const without = many(raw["without"]);
  return {
    ...jobsSearch(raw),
    view,
    without: without.length ? without : undefined,
    columns: one(raw["columns"]),
    density: choice(raw["density"], ["comfortable", "compact"]),
  };
}

type Field = keyof JobFilters;

const filtersIn = (view: SavedView): JobFilters => jobsSearch({ ...view.filters });

const fields = (filters: JobFilters): Field[] => Object.keys(filters) as Field[];

/** What the list shows: the view's filters, with what the address says instead. */
export function filtersOf(search: ListSearch, view: SavedView | null): JobFilters {
  const said = jobsSearch({ ...search });
  if (!view) return said;
  const base = filtersIn(view);
  const left = fields(base).filter((field) => said[field] === undefined && !search.without?.includes(field));
  return { ...said, ...Object.fromEntries(left.map((field) => [field, base[field]])) };
}

/** How the list looks: as the address says, else the view, else this reader likes it. */
export function lookIn(search: ListSearch, view: SavedView | null, own: Look): Look {
  if (!view) return own;
  const columns = search.columns?.split(",") ?? view.columns;
  return { columns: columns ? columnsOf(columns) : own.columns, density: search.density ?? view.density ?? own.density };
}

/** The address that shows these filters and this look, given the view that is open. */
export function searchOf(view: SavedView | null, filters: JobFilters, look: Look, own: Look): ListSearch {
  if (!view) return filters;
  const base = filtersIn(view);
  const different = fields({ ...base, ...filters }).filter((field) => String(filters[field] ?? "") !== String(base[field] ?? ""));
  const without = different.filter((field) => filters[field] === undefined);
  const kept = lookIn({ view: view.id }, view, own);
  const columns = look.columns.join(",");
  return {
    ...Object.fromEntries(different.map((field) => [field, filters[field]])),
    view: view.id,
    without: without.length ? without : undefined,
    columns: columns === kept.columns.join(",") ? undefined : columns,
    density: look.density === kept.density ? undefined : look.density,
  };
}

/** Whether something differs from the view that is open. */
export const isChanged = ({ view, ...rest }: ListSearch): boolean =>
  view !== undefined && JSON.stringify(rest) !== "{}"; // which leaves out what is undefined

/** What is shown, to be kept as a view. */
export const bodyOf = (name: string, shared: boolean, filters: JobFilters, look: Look): SavedViewForm => ({
  name,
  shared,
  query: written(filters),
  columns: [...look.columns],
  density: look.density,
});

/** The view as it is, to be kept with some other words. */
export const sameBody = ({ name, query, columns, density, shared }: SavedView): SavedViewForm => ({ name, query, columns, density, shared });
