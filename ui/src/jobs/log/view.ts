/** Which rows are in sight, and where they are drawn. */
import { useLayoutEffect, useSyncExternalStore } from "react";
import type { Heights } from "./heights";
import { TALLEST, type Viewport } from "./viewport";

const OVERSCAN = 14;

export interface View {
  first: number;
  last: number;
  /** Where the rows in sight are put, and how tall the scrolled paper is. */
  offset: number;
  height: number;
  stuck: boolean;
}

export function useView(port: Viewport, rows: number, heights: Heights): View {
  const { top, bar, sight, stuck } = useSyncExternalStore(port.watch, port.read);
  const full = heights.top(rows);
  useLayoutEffect(() => port.grown(full), [port, full]);
  const first = Math.max(0, heights.at(top) - OVERSCAN);
  const last = Math.min(rows - 1, heights.at(top + sight) + OVERSCAN);
  return { first, last, offset: bar + heights.top(first) - top, height: Math.min(full, TALLEST), stuck };
}
