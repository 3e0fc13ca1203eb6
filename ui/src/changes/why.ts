/** Why a change cannot be undone just now, in a sentence; null if nothing is known to stand in the way. */
import type { Change } from "../api/types";
import { ago } from "../components/times";

export function whyNoUndo(change: Pick<Change, "running" | "undone_by">, now: number): string | null {
  if (change.running) return "The job is still running.";
  if (change.undone_by) {
    const who = change.undone_by.by?.name ?? "somebody";
    return `Undone by ${who} ${ago(Date.parse(change.undone_by.at), now)}.`;
  }
  return null;
}
