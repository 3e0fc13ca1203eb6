/** The one line under a job's name: what matters now. */
import type { JobRow, Progress } from "../api/types";
import { count, figure } from "../components/numbers";
import { clock, roughly } from "../components/times";

export interface Line {
  tone: "live" | "quiet" | "bad";
  text: string;
  /** 0 to 1 for the bar; null: moving, but nobody knows how far; undefined: no bar. */
  fraction?: number | null;
}

type Said = Pick<JobRow, "status" | "progress" | "failure" | "summary" | "waiting" | "no_heartbeat_since" | "kept" | "stop_requested_at">;

export function lineOf(job: Said): Line | null {
  switch (job.status) {
    case "PENDING":
    case "QUEUED":
      return job.waiting ? { tone: "quiet", text: job.waiting } : null;
    case "RUNNING":
      return running(job);
    case "FAILED":
      return { tone: "bad", text: job.failure?.message ?? "It failed without saying why." };
    case "KILLED":
      return { tone: "quiet", text: killed(job) };
    case "SUCCEEDED":
      return job.summary ? { tone: "quiet", text: job.summary } : null;
  }
}

function running(job: Said): Line {
  if (job.no_heartbeat_since) {
    return { tone: "bad", text: `no heartbeat since ${clock(Date.parse(job.no_heartbeat_since))}`, ...barOf(job.progress) };
  }
  if (!job.progress) return { tone: "live", text: job.stop_requested_at ? "stopping" : "at work", fraction: null };
  return { tone: "live", text: progressText(job.progress), ...barOf(job.progress) };
}

function killed(job: Said): string {
  if (job.kept) return job.summary ? `stopped early, kept: ${job.summary}` : "stopped early, what was done is kept";
  return job.progress && job.progress.done > 0 ? `stopped at ${amount(job.progress)}` : (job.summary ?? "stopped on request");
}

function barOf(progress: Progress | null): { fraction: number | null } {
  return { fraction: progress ? fractionOf(progress) : null };
}

export function fractionOf({ done, total }: Progress): number | null {
  return total ? Math.min(1, done / total) : null;
}

/** 7,431 of 12,000 pictures · 48/s · about 1 min 35 s left */
export function progressText(progress: Progress): string {
  const { phase, unit, rate, eta_s } = progress;
  const parts = [amount(progress)];
  if (phase && phase !== unit) parts.unshift(phase);
  if (rate !== null && rate >= 1) parts.push(`${figure(rate)}/s`);
  if (eta_s !== null && eta_s > 0) parts.push(left(eta_s));
  return parts.join(" · ");
}

/** about 1 min 35 s left */
export const left = (seconds: number): string =>
  seconds < 10 ? "a few seconds left" : `about ${roughly(seconds)} left`;

export function amount({ done, total, unit }: Progress): string {
  if (unit === "%") return `${figure(done)} %`;
  if (unit === "epoch" || unit === "epochs") return total ? `epoch ${count(done)} of ${count(total)}` : `epoch ${count(done)}`;
  const of = total === null ? count(done) : `${count(done)} of ${count(total)}`;
  return unit && unit !== "it" ? `${of} ${unit}` : of; // "it" is what tqdm says of anything
}
