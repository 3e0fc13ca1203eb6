/** How the list looks: its columns and how close its rows stand; kept in the browser. */
import type { Density } from "../../api/types";
import { useKept } from "../../components/kept";
import { type ColumnName, columnsOf, USUAL_COLUMNS } from "./columns";

export interface Look {
  columns: readonly ColumnName[];
  density: Density;
}

export const USUAL_LOOK: Look = { columns: USUAL_COLUMNS, density: "comfortable" };

export function lookOf(stored: unknown): Look {
  const { columns, density } = (stored ?? {}) as Record<string, unknown>;
  return { columns: columnsOf(columns), density: density === "compact" ? "compact" : "comfortable" };
}

export const isSameLook = (one: Look, other: Look): boolean =>
  one.density === other.density && one.columns.join() === other.columns.join();

/** How this reader likes the list. */
export const useOwnLook = (): [Look, (look: Look) => void] => useKept("safelight.jobs", lookOf);
