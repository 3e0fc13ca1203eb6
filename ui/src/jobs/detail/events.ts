/** What happened to a run, in sentences. */
import type { JsonObject, RunStatus, TimelineEvent } from "../../api/types";
import { STATUS_WORD } from "../../components/status";

export interface Told {
  text: string;
  more?: string | undefined;
  status?: RunStatus | undefined;
}

const TELL: Record<string, (facts: JsonObject) => Told> = {
  run_created: () => ({ text: "Asked for", status: "PENDING" }),
  run_queued: ({ engine }) => ({ text: `Handed to the engine ${text(engine)}`, status: "QUEUED" }),
  run_given_back: () => ({ text: "Given back by its engine before it started", status: "PENDING" }),
  run_started: () => ({ text: "Started", status: "RUNNING" }),
  run_declared: ({ declared }) => ({ text: declared === "fail" ? "The script said that it failed" : "The script said that it succeeded" }),
  run_stop_requested: ({ grace_s }) => ({ text: grace_s === 0 ? "Kill asked for" : `Stop asked for, ${text(grace_s)} s to end` }),
  run_ended: ended,
  run_late_report: ({ status }) => ({ text: `Reported ${wordOf(status)} after it had been given up` }),
};

export function told({ kind, facts }: TimelineEvent): Told {
  return TELL[kind]?.(facts) ?? { text: kind.replaceAll("_", " ") };
}

function ended(facts: JsonObject): Told {
  const { status, failure } = facts;
  const why = failure && typeof failure === "object" && "message" in failure ? text(failure["message"]) : undefined;
  return { text: `Ended: ${wordOf(status)}`, more: why, status: isStatus(status) ? status : undefined };
}

const isStatus = (value: unknown): value is RunStatus => typeof value === "string" && value in STATUS_WORD;
const wordOf = (value: unknown): string => (isStatus(value) ? STATUS_WORD[value] : text(value));
const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
