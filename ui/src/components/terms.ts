/** How a run ranks and when it is tried again, as it stands in a form. */
import type { FailureKind, Retry, Run, Terms } from "../api/types";
import { duration } from "./times";

export const FAILURE_NAME: Record<FailureKind, string> = {
  script_error: "Error in the script",
  out_of_memory: "Out of memory",
  timeout: "Time limit",
  setup_error: "Set-up",
  engine_error: "Engine",
  lost: "Lost",
  invalid_input: "Invalid input",
  disk_full: "Disk full",
};

export const FAILURES = Object.keys(FAILURE_NAME) as FailureKind[];

/** Numbers as they are typed; no kinds: no other try. */
export interface TermsDraft {
  priority: string;
  kinds: FailureKind[];
  times: string;
  backoff_s: string;
}

/** What a form begins with that nobody has touched. */
export const NO_TERMS: TermsDraft = { priority: "0", kinds: [], times: "2", backoff_s: "30" };

export function draftOfTerms({ priority, retry }: Pick<Run, "priority" | "retry">): TermsDraft {
  if (!retry) return { ...NO_TERMS, priority: String(priority) };
  return { priority: String(priority), kinds: retry.kinds, times: String(retry.times), backoff_s: String(retry.backoff_s) };
}

function retryOf({ kinds, times, backoff_s }: TermsDraft): Retry | null {
  if (!kinds.length) return null;
  return { kinds: FAILURES.filter((kind) => kinds.includes(kind)), times: Number(times), backoff_s: Number(backoff_s) };
}

/** Only what is different; the rest stays as it is. */
export function termsChanged(draft: TermsDraft, before: TermsDraft): Terms {
  const [retry, was] = [retryOf(draft), retryOf(before)];
  return {
    ...(Number(draft.priority) !== Number(before.priority) && { priority: Number(draft.priority) }),
    ...(JSON.stringify(retry) !== JSON.stringify(was) && { retry }),
  };
}

/** "after Lost, Time limit: 2 times, first after 30 s" */
export function retrySaid(retry: Retry | null): string {
  if (!retry) return "none";
  const kinds = retry.kinds.map((kind) => FAILURE_NAME[kind]).join(", ");
  return `after ${kinds}: ${retry.times === 1 ? "once" : `${retry.times} times`}, first after ${duration(retry.backoff_s * 1000)}`;
}
