import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { JobRow } from "../../api/types";
import { EVERYTHING, extended, isChosen, NOTHING, type Selection, toggled, toggledShown } from "./selection";

export interface RowSelection {
  selection: Selection;
  /** The chosen ones among the rows that are shown. */
  rows: JobRow[];
  pick: (job: string, range: boolean) => void;
  pickShown: () => void;
  pickAll: () => void;
  clear: () => void;
}

/** What is chosen among the rows; other filters begin with nothing chosen. */
export function useSelection(rows: JobRow[], filters: string): RowSelection {
  const [state, setState] = useState({ filters, selection: NOTHING });
  if (state.filters !== filters) setState({ filters, selection: NOTHING });
  const { selection } = state;
  const shown = useRef<string[]>([]);
  useEffect(() => {
    shown.current = rows.map(({ id }) => id);
  }, [rows]);

  const change = useCallback(
    (next: (before: Selection) => Selection) => setState((before) => ({ ...before, selection: next(before.selection) })),
    [],
  );
  const pick = useCallback(
    (job: string, range: boolean) => change((before) => (range ? extended : toggled)(before, job, shown.current)),
    [change],
  );
  const pickShown = useCallback(() => change((before) => toggledShown(before, shown.current)), [change]);
  const pickAll = useCallback(() => change(() => EVERYTHING), [change]);
  const clear = useCallback(() => change(() => NOTHING), [change]);
  const chosen = useMemo(() => rows.filter(({ id }) => isChosen(selection, id)), [rows, selection]);
  return { selection, rows: chosen, pick, pickShown, pickAll, clear };
}
