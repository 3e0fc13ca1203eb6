/** The way to any place of a datalake's list: all of it at once, or step by step with a filter. */
import { useEffect, useState } from "react";
import { placesStep } from "../api/datalakes";
import { extended, type Index, NOWHERE } from "./places";

export interface Found {
  index: Index;
  /** Files that were not looked at yet; null before the first answer. */
  left: number | null;
  error: unknown;
}

const NOTHING: Found = { index: NOWHERE, left: null, error: null };

/** `turn`: asked again when it changes. */
export function usePlaces(datalake: string, q: string, turn: number): Found {
  const key = `${datalake} ${turn} ${q}`;
  const [state, setState] = useState({ key, found: NOTHING });
  useEffect(() => {
    const stop = new AbortController();
    void walk(datalake, q, stop.signal, (found) => setState({ key, found }));
    return () => stop.abort();
  }, [datalake, q, key]);
  return state.key === key ? state.found : NOTHING;
}

async function walk(datalake: string, q: string, signal: AbortSignal, tell: (found: Found) => void): Promise<void> {
  let index = NOWHERE;
  let after: number | null = null;
  try {
    do {
      const step = await placesStep(datalake, q, after, signal);
      index = extended(index, step.items);
      after = step.next;
      tell({ index, left: step.left, error: null });
    } while (after !== null && !signal.aborted);
  } catch (error) {
    if (!signal.aborted) tell({ index, left: 0, error });
  }
}
