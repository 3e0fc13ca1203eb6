import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { act, type Chosen, type Order } from "../../../api/bulk";
import type { BulkAction, BulkResult } from "../../../api/types";

export interface Work {
  action: BulkAction;
  /** How many jobs it is about; null: more than are counted. */
  of: number | null;
  results: BulkResult[];
  rest: Order | null;
  busy: boolean;
  error: Error | null;
}

export interface Bulk {
  work: Work | null;
  begin: (action: BulkAction, chosen: Chosen, of: number | null) => void;
  /** After the call that is under way nothing more is done. */
  hold: () => void;
  goOn: () => void;
  close: () => void;
}

/** Does one thing to many jobs, call after call, and keeps what became of each. */
export function useBulk(): Bulk {
  const cache = useQueryClient();
  const [work, setWork] = useState<Work | null>(null);
  const under = useRef(new AbortController());

  const carryOn = useCallback(
    async (begun: Work) => {
      const { signal } = (under.current = new AbortController());
      let now: Work = { ...begun, busy: true, error: null };
      setWork(now);
      while (now.rest && !now.error && !signal.aborted) {
        now = await stepped(now, now.rest);
        setWork(now);
      }
      setWork({ ...now, busy: false });
      await cache.invalidateQueries({ queryKey: ["jobs"] });
    },
    [cache],
  );

  return {
    work,
    begin: (action, chosen, of) => void carryOn({ action, of, results: [], rest: { action, chosen }, busy: true, error: null }),
    hold: () => under.current.abort(),
    goOn: () => work && void carryOn(work),
    close: () => setWork(null),
  };
}

/** What came before a failed call stays, and the call can be repeated. */
async function stepped(work: Work, order: Order): Promise<Work> {
  try {
    const { results, rest } = await act(order);
    return { ...work, results: [...work.results, ...results], rest };
  } catch (error) {
    return { ...work, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
