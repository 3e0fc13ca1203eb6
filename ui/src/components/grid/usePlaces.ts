/** The way to any place of a long list: all of it at once, or step by step with a filter. */
import { useEffect, useState } from "react";
import type { PlacesStep } from "../../api/places";
import { extended, type Index, NOWHERE } from "./places";

export interface Found {
  index: Index;
  /** What was not looked at yet; null before the first answer. */
  left: number | null;
  error: unknown;
}

/** Asks for the way behind a key, or from the beginning. */
export type Step = (after: number | null, signal: AbortSignal) => Promise<PlacesStep>;

const NOTHING: Found = { index: NOWHERE, left: null, error: null };

/** Asked again when `key` changes; `step` must be the same as long as `key` is. */
export function usePlaces(key: string, step: Step): Found {
  const [state, setState] = useState({ key, found: NOTHING });
  useEffect(() => {
    const stop = new AbortController();
    void walk(step, stop.signal, (found) => setState({ key, found }));
    return () => stop.abort();
  }, [key, step]);
  return state.key === key ? state.found : NOTHING;
}

async function walk(step: Step, signal: AbortSignal, tell: (found: Found) => void): Promise<void> {
  let index = NOWHERE;
  let after: number | null = null;
  try {
    do {
      const said = await step(after, signal);
      index = extended(index, said.items);
      after = said.next;
      if (!signal.aborted) tell({ index, left: said.left, error: null });
    } while (after !== null && !signal.aborted);
  } catch (error) {
    if (!signal.aborted) tell({ index, left: 0, error });
  }
}
