/** Which columns the list has, and in which order people like them. */

import type { JobColumn } from "../../api/types";

export const COLUMNS = {
  status: { title: "Status", width: "112px" },
  name: { title: "Name", width: "minmax(220px, 1fr)" },
  type: { title: "Type", width: "96px" },
  operation: { title: "Operation", width: "minmax(96px, 140px)" },
  user: { title: "Started by", width: "minmax(96px, 148px)" },
  object: { title: "Object", width: "minmax(110px, 220px)" },
  engine: { title: "Engine", width: "84px" },
  run: { title: "Run", width: "44px" },
  triggered: { title: "Triggered", width: "104px" },
  started: { title: "Started", width: "104px" },
  finished: { title: "Ended", width: "104px" },
  duration: { title: "Duration", width: "104px" },
} as const satisfies Record<JobColumn, { title: string; width: string }>;

export type ColumnName = JobColumn;

export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

export const USUAL_COLUMNS: readonly ColumnName[] = ["status", "name", "user", "object", "triggered", "duration"];

const isColumn = (name: unknown): name is ColumnName => typeof name === "string" && Object.hasOwn(COLUMNS, name);

/** What was stored, as far as there is such a column; a list without names cannot be read. */
export function columnsOf(names: unknown): readonly ColumnName[] {
  if (!Array.isArray(names)) return USUAL_COLUMNS;
  const known = [...new Set(names.filter(isColumn))];
  return known.includes("name") ? known : ["name", ...known];
}

/** Shown or not; what comes stands last. The name stays. */
export function toggledColumn(columns: readonly ColumnName[], name: ColumnName): readonly ColumnName[] {
  if (name === "name") return columns;
  return columns.includes(name) ? columns.filter((each) => each !== name) : [...columns, name];
}

/** One place further left (-1) or right (1). */
export function movedColumn(columns: readonly ColumnName[], name: ColumnName, by: 1 | -1): readonly ColumnName[] {
  const from = columns.indexOf(name);
  const to = from + by;
  if (from < 0 || to < 0 || to >= columns.length) return columns;
  const rest = columns.filter((each) => each !== name);
  return [...rest.slice(0, to), name, ...rest.slice(to)];
}
