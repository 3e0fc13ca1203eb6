import { useEffect, useRef } from "react";

export interface LogKeys {
  search: () => void;
  hit: (by: 1 | -1) => void;
  error: (by: 1 | -1) => void;
  top: () => void;
  end: () => void;
  scroll: (rows: number) => void;
  page: (by: 1 | -1) => void;
  wrap: () => void;
  times: () => void;
  full: (is?: false) => void;
}

const KEYS: Record<string, (keys: LogKeys) => void> = {
  "/": (keys) => keys.search(),
  n: (keys) => keys.hit(1),
  N: (keys) => keys.hit(-1),
  e: (keys) => keys.error(1),
  E: (keys) => keys.error(-1),
  g: (keys) => keys.top(),
  G: (keys) => keys.end(),
  w: (keys) => keys.wrap(),
  t: (keys) => keys.times(),
  f: (keys) => keys.full(),
  Escape: (keys) => keys.full(false),
};

const MOVES: Record<string, (keys: LogKeys) => void> = {
  ArrowUp: (keys) => keys.scroll(-1),
  ArrowDown: (keys) => keys.scroll(1),
  PageUp: (keys) => keys.page(-1),
  PageDown: (keys) => keys.page(1),
  " ": (keys) => keys.page(1),
  Home: (keys) => keys.top(),
  End: (keys) => keys.end(),
};

/** The log's keys, wherever on its page one is, but not while one writes. Moving keys need the log's focus. */
export function useLogKeys(keys: LogKeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const at = event.target instanceof Element ? event.target : document.body;
      if (at.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) return;
      const inLog = at === document.body || at.closest("[role=log]") !== null;
      const act = KEYS[event.key] ?? (inLog ? MOVES[event.key] : undefined);
      if (!act) return;
      if (event.key !== "Escape") event.preventDefault();
      act(latest.current);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
