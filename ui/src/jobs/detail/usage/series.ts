/** What a run used, as columns for charts: seconds since its start, and a value for each. */
import type { LogSection, Sample } from "../../../api/types";
import type { Band } from "../../../components/Plot";

export type Measure = "cpu" | "memory" | "gpu" | "disk";
export type Columns = [number[], (number | null)[]];

const SILENCE_S = 30; // without a sample for so long, nothing is drawn in between

/** The samples of one measure; a silence becomes a gap. */
export function columns(samples: readonly Sample[], measure: Measure, start: number): Columns {
  const at: number[] = [];
  const values: (number | null)[] = [];
  for (const sample of samples) {
    const now = (Date.parse(sample.at) - start) / 1000;
    const before = at.at(-1);
    if (before !== undefined && now - before > SILENCE_S) {
      at.push(before + 1);
      values.push(null);
    }
    at.push(now);
    values.push(sample[measure]);
  }
  return [at, values];
}

export const isMeasured = (samples: readonly Sample[], measure: Measure): boolean =>
  samples.some((sample) => sample[measure] !== null);

/** The sections of the log as stretches of time; what stands inside another is left to it. */
export function bandsOf(sections: readonly LogSection[], start: number, now: number): Band[] {
  const bands: Band[] = [];
  let end = -Infinity;
  for (const { name, started_at, ended_at } of sections) {
    const from = (Date.parse(started_at) - start) / 1000;
    const to = ((ended_at ? Date.parse(ended_at) : now) - start) / 1000;
    if (from < end || to <= from) continue;
    bands.push({ name, from, to });
    end = to;
  }
  return bands;
}

/** 0:05 · 12:30 · 1:02:05 */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}
