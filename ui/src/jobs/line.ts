/** The one line under a job's name: what matters now. */
import type { JobRow, Progress, Usual } from "../api/types";
import { count, figure } from "../components/numbers";
import { clock, roughly } from "../components/times";

export interface Line {
  tone: "live" | "quiet" | "bad";
  text: string;
  /** 0 to 1 for the bar; null: moving, but nobody knows how far; undefined: no bar. */
  fraction?: number | null;
}

type Said = Pick<JobRow, "status" | "progress" | "failure" | "summary" | "waiting" | "no_heartbeat_since" | "kept" | "stop_requested_at"> &
  Partial<Pick<JobRow, "usual" | "is_longer_than_usual">>;

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
  if (!job.progress) return { tone: "live", text: joined(job.stop_requested_at ? "stopping" : "at work", usualText(job)), fraction: null };
  return { tone: "live", text: joined(progressText(job.progress), usualText(job)), ...barOf(job.progress) };
}

const joined = (...parts: (string | null)[]): string => parts.filter(Boolean).join(" · ");

/** usually 2-3 min: said where the work itself does not say how long still, or where it takes longer. */
export function usualText({ usual, is_longer_than_usual, progress }: Pick<Said, "usual" | "is_longer_than_usual" | "progress">): string | null {
  if (!usual) return null;
  if (is_longer_than_usual) return `longer than usual (${range(usual)})`;
  return progress?.eta_s == null ? `usually ${range(usual)}` : null;
}

/** 2-3 min · 45 s-2 min · 20 s */
export function range({ low_s, high_s }: Pick<Usual, "low_s" | "high_s">): string {
  const [low, high] = [roughly(low_s), roughly(high_s)];
  if (low === high) return high;
  if (low_s < 10) return `up to ${high}`;
  const [, number, unit] = /^(\d+) (\S+)$/.exec(low) ?? [];
  return number && high.endsWith(` ${unit ?? ""}`) && /^\d+ \S+$/.test(high) ? `${number}–${high}` : `${low} – ${high}`;
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
