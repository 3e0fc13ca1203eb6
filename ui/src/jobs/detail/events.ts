/** What happened to a run, in sentences. */
import type { Json, JsonObject, RunStatus, TimelineEvent } from "../../api/types";
import { STATUS_WORD } from "../../components/status";
import { clock, duration } from "../../components/times";
import { said } from "../../components/values";

export interface Told {
  text: string;
  more?: string | undefined;
  status?: RunStatus | undefined;
}

const TELL: Record<string, (facts: JsonObject) => Told> = {
  run_created: () => ({ text: "Asked for", status: "PENDING" }),
  run_queued: ({ engine }) => ({ text: `Handed to the engine ${text(engine)}`, status: "QUEUED" }),
  run_given_back: () => ({ text: "Given back by its engine before it started", status: "PENDING" }),
  run_resumed: resumed,
  run_started: () => ({ text: "Started", status: "RUNNING" }),
  run_declared: ({ declared }) => ({ text: declared === "fail" ? "The script said that it failed" : "The script said that it succeeded" }),
  run_stop_requested: ({ grace_s }) => ({ text: grace_s === 0 ? "Kill asked for" : `Stop asked for, ${text(grace_s)} s to end` }),
  run_ended: ended,
  run_late_report: late,
  run_retried: retried,
  run_not_retried: ({ reason }) => ({ text: "Not tried again", more: text(reason) || undefined }),
};

export function told({ kind, facts }: Pick<TimelineEvent, "kind" | "facts">): Told {
  return TELL[kind]?.(facts) ?? unknown(kind, facts);
}

/** An event that this page does not know yet is told by its own words, never left out. */
function unknown(kind: string, facts: JsonObject): Told {
  const words = kind.replace(/^run_/, "").replaceAll("_", " ");
  const more = Object.entries(facts).map(([name, value]) => `${name.replaceAll("_", " ")} ${said(value)}`);
  return { text: words.charAt(0).toUpperCase() + words.slice(1), more: more.join(" · ") || undefined };
}

function ended(facts: JsonObject): Told {
  const { status, failure } = facts;
  const why = failure && typeof failure === "object" && "message" in failure ? text(failure["message"]) : undefined;
  return { text: `Ended: ${wordOf(status)}`, more: why, status: isStatus(status) ? status : undefined };
}

/** An operation begins again after an upgrade, or goes on after it was cut off. */
function resumed({ why, checkpoint }: JsonObject): Told {
  if (!why) return { text: "Paused while Safelight was upgraded, begins again" };
  const where = text(checkpoint) ? `went on from its checkpoint: ${text(checkpoint)}` : "went on from its beginning";
  return { text: `Cut off, as ${text(why)}`, more: where };
}

/** The run is another try of one that failed. */
function retried({ after, number, times, ready_at, failure }: JsonObject): Told {
  const why = failure && typeof failure === "object" && "message" in failure ? text(failure["message"]) : "";
  const at = typeof ready_at === "number" ? `not before ${clock(ready_at / 1000)}` : "";
  return {
    text: `Try ${text(number)} of ${text(times)}, as run ${text(after)} failed`,
    more: [why, at].filter(Boolean).join(" · ") || undefined,
  };
}

function late(facts: JsonObject): Told {
  const { status, exit_code, signal } = facts;
  const how = signal != null ? `, ended by signal ${text(signal)}` : exit_code != null ? `, exit code ${text(exit_code)}` : "";
  return {
    text: `Reported ${wordOf(status)} after it had been given up${how}`,
    more: "The first end counts, so the status stays.",
  };
}

/** How long nothing happened before an event; null where that is not worth a word. */
export function pause(at: number, before: number | null): string | null {
  return before !== null && at - before >= 1 ? `after ${duration(at - before)}` : null;
}

const isStatus = (value: unknown): value is RunStatus => typeof value === "string" && value in STATUS_WORD;
const wordOf = (value: Json | undefined): string => (isStatus(value) ? STATUS_WORD[value] : text(value));
const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
