/** How the list looks: its columns and how close its rows stand; kept in the browser. */
import { useState } from "react";
import type { Density } from "../../api/types";
import { type ColumnName, columnsOf, USUAL_COLUMNS } from "./columns";

export interface Look {
  columns: readonly ColumnName[];
  density: Density;
}

export const USUAL_LOOK: Look = { columns: USUAL_COLUMNS, density: "comfortable" };

const KEY = "safelight.jobs";

export function lookOf(stored: unknown): Look {
  const { columns, density } = (stored ?? {}) as Record<string, unknown>;
  return { columns: columnsOf(columns), density: density === "compact" ? "compact" : "comfortable" };
}

export const isSameLook = (one: Look, other: Look): boolean =>
  one.density === other.density && one.columns.join() === other.columns.join();

/** How this reader likes the list. */
export function useOwnLook(): [Look, (look: Look) => void] {
  const [look, setLook] = useState(read);
  const change = (next: Look) => {
    setLook(next);
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // storage is closed to us: it holds until the page is left
    }
  };
  return [look, change];
}

function read(): Look {
  try {
    return lookOf(JSON.parse(localStorage.getItem(KEY) ?? "null"));
  } catch {
    return USUAL_LOOK;
  }
}
