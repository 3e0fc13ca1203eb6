/** What one should know of a run before anything else of it. */
import type { Run } from "../../api/types";
import { isLive } from "../../components/status";
import { clock } from "../../components/times";

type Said = Pick<Run, "status" | "no_heartbeat_since" | "stop" | "waiting" | "kept">;

export function notices({ status, no_heartbeat_since, stop, waiting, kept }: Said): string[] {
  const live = isLive(status);
  const said: string[] = [];
  if (live && waiting) said.push(waiting);
  if (live && no_heartbeat_since) {
    said.push(`No heartbeat since ${clock(Date.parse(no_heartbeat_since))}. It may still be at work; nothing is lost yet.`);
  }
  if (stop?.by) said.push(`${live ? "Stop asked for" : "Stopped"} by ${stop.by.name} at ${clock(Date.parse(stop.requested_at))}.`);
  if (kept) said.push("It was stopped early, and what it had stored is kept.");
  return said;
}
