/** Which files are chosen: some one by one, or all that the search finds. */
import { useMemo, useRef, useState } from "react";
import type { Chosen } from "../api/datalakes";

export interface Picking {
  any: boolean;
  all: boolean;
  count: number;
  isPicked: (data: string) => boolean;
  toggle: (place: number, data: string) => void;
  /** Every file from the place chosen last to this one; `idAt` knows those that are here. */
  extend: (place: number, idAt: (place: number) => string | undefined) => void;
  pickAll: () => void;
  clear: () => void;
  chosen: Chosen;
}

const NONE: ReadonlySet<string> = new Set();

/** Another search begins with nothing chosen. */
export function usePicking(q: string, total: number): Picking {
  const [state, setState] = useState({ q, all: false, ids: NONE });
  const anchor = useRef<number | null>(null);
  const all = state.q === q && state.all;
  const ids = state.q === q ? state.ids : NONE;
  return useMemo(() => {
    const set = (next: ReadonlySet<string>, whole = false) => setState({ q, all: whole, ids: next });
    return {
      any: all || ids.size > 0,
      all,
      count: all ? total : ids.size,
      isPicked: (data) => all || ids.has(data),
      toggle: (place, data) => {
        anchor.current = place;
        const next = new Set(ids);
        if (!next.delete(data)) next.add(data);
        set(next);
      },
      extend: (place, idAt) => {
        const from = anchor.current ?? place;
        const next = new Set(ids);
        for (let at = Math.min(from, place); at <= Math.max(from, place); at += 1) {
          const data = idAt(at);
          if (data) next.add(data);
        }
        set(next);
      },
      pickAll: () => set(NONE, true),
      clear: () => set(NONE),
      chosen: all ? { q } : { data_ids: [...ids] },
    };
  }, [all, ids, q, total]);
}
