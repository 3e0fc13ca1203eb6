/** What is chosen in a long list: some one by one, or all that its filter finds. */
import { useMemo, useRef, useState } from "react";

/** The ids of what stands from one place to another, which may have to be asked for. */
export type IdsBetween = (from: number, to: number) => Promise<string[]>;

export interface Picking {
  any: boolean;
  all: boolean;
  count: number;
  /** One by one; empty if all are. */
  ids: ReadonlySet<string>;
  isPicked: (id: string) => boolean;
  toggle: (place: number, id: string) => void;
  /** All from the place chosen last to this one. */
  extend: (place: number, idsBetween: IdsBetween) => void;
  pickAll: () => void;
  clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

/** Another filter begins with nothing chosen. */
export function usePicking(filter: string, total: number): Picking {
  const [state, setState] = useState({ filter, all: false, ids: NONE });
  const anchor = useRef<number | null>(null);
  const all = state.filter === filter && state.all;
  const ids = state.filter === filter ? state.ids : NONE;
  return useMemo(() => {
    const set = (next: ReadonlySet<string>, whole = false) => setState({ filter, all: whole, ids: next });
    return {
      any: all || ids.size > 0,
      all,
      count: all ? total : ids.size,
      ids,
      isPicked: (id) => all || ids.has(id),
      toggle: (place, id) => {
        anchor.current = place;
        const next = new Set(ids);
        if (!next.delete(id)) next.add(id);
        set(next);
      },
      extend: (place, idsBetween) => {
        const from = anchor.current ?? place;
        void idsBetween(Math.min(from, place), Math.max(from, place)).then((between) =>
          // what was chosen while these were on their way stays chosen
          setState((before) =>
            before.filter === filter ? { filter, all: before.all, ids: new Set([...before.ids, ...between]) } : before,
          ),
        );
      },
      pickAll: () => set(NONE, true),
      clear: () => set(NONE),
    };
  }, [all, ids, filter, total]);
}
