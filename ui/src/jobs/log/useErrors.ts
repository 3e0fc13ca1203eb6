import { useCallback, useState } from "react";
import { searchLog } from "../../api/log";
import type { LogHits, Run } from "../../api/types";

/** Words with which programs say that something went wrong. */
const ERROR = String.raw`(?i)\b(?:[a-z_.]*error|[a-z_.]*exception|traceback|fatal|critical|panic|failed|failure)\b`;

/** Finds the next or the previous line that speaks of an error, from any line, on the server. */
export function useErrors(run: Run, from: () => number, show: (line: number) => void) {
  const [said, setSaid] = useState("");
  const step = useCallback(
    async (by: 1 | -1) => {
      setSaid("…");
      try {
        const hit = await nearest(run.id, from(), by);
        setSaid(hit !== null ? "" : by > 0 ? "no error below" : "no error above");
        if (hit !== null) show(hit);
      } catch (error) {
        setSaid((error as Error).message);
      }
    },
    [run.id, from, show],
  );
  return { said, step };
}

/** The line of the next or the previous error. A long log is searched piece by piece. */
async function nearest(run: string, from: number, by: 1 | -1): Promise<number | null> {
  const search = { q: ERROR, regex: true, limit: 1 };
  for (let at: number | null = from; at !== null && (by > 0 || at > 1);) {
    const found: LogHits = by > 0 ? await searchLog(run, search, at) : await searchLog(run, { ...search, before: at }, 0);
    const hit = found.hits[0];
    if (hit) return hit.n;
    at = found.next;
  }
  return null;
}
