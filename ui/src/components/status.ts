import type { RunStatus } from "../api/types";

/** The words that people see. */
export const STATUS_WORD: Record<RunStatus, string> = {
  PENDING: "Pending",
  QUEUED: "Queued",
  RUNNING: "Running",
  SUCCEEDED: "Success",
  FAILED: "Failure",
  KILLED: "Stopped",
};

export const STATUSES = Object.keys(STATUS_WORD) as RunStatus[];

export const isLive = (status: RunStatus): boolean =>
  status === "PENDING" || status === "QUEUED" || status === "RUNNING";
