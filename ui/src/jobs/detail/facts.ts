/** What ran, as names and values. */
import type { Resources, Run, RunResult } from "../../api/types";
import { bytes, count, figure } from "../../components/numbers";
import { roughly } from "../../components/times";
import { isLive } from "../../components/status";
import { amount, left } from "../line";
import { retrySaid } from "../../components/terms";
import { said } from "../../components/values";
import type { FactRow } from "../../components/Facts";

export function resourcesOf({ cpu, memory, gpu, timeout_s, disk }: Resources): FactRow[] {
  const rows: FactRow[] = [];
  if (cpu != null) rows.push({ name: "CPU", value: figure(cpu) });
  if (memory != null) rows.push({ name: "memory", value: bytes(memory) });
  if (gpu) rows.push({ name: "GPU", value: count(gpu) });
  if (disk != null) rows.push({ name: "disk", value: bytes(disk) });
  if (timeout_s != null) rows.push({ name: "timeout", value: roughly(timeout_s) });
  return rows;
}

export const termsOf = ({ priority, retry }: Pick<Run, "priority" | "retry">): FactRow[] => [
  { name: "priority", value: String(priority) },
  { name: "other tries", value: retrySaid(retry) },
];

const SOURCE: Record<string, string> = { package: "package", image: "image", tag: "tag", digest: "digest", internal: "operation", sha256: "hash" };

export function sourceOf({ source, engine }: Run): FactRow[] {
  const rows: FactRow[] = Object.entries(source)
    .filter(([, value]) => value !== null && value !== "" && typeof value !== "object")
    .map(([name, value]) => ({ name: SOURCE[name] ?? name, value: shortHash(said(value)), mono: true }));
  return [...rows, { name: "engine", value: engine }];
}

/** A hash tells enough by its beginning. */
export const shortHash = (text: string): string => text.replace(/^((?:sha256:)?[0-9a-f]{12})[0-9a-f]{20,}$/i, "$1…");

export function progressOf({ progress, status }: Run): FactRow[] {
  if (!progress) return [];
  const { phase, unit } = progress;
  const rows: FactRow[] = [phase ? { name: phase, value: amount(progress) } : { name: unit || "done", value: amount({ ...progress, unit: "" }) }];
  if (!isLive(status)) return rows;
  if (progress.rate !== null && progress.rate >= 1) rows.push({ name: "rate", value: `${figure(progress.rate)}/s` });
  if (progress.eta_s !== null && progress.eta_s > 0) rows.push({ name: "left", value: left(progress.eta_s).replace(/ left$/, "") });
  return rows;
}

export const countsOf = (result: RunResult | null): FactRow[] =>
  Object.entries(result?.counts ?? {}).map(([name, value]) => ({ name: name.replaceAll("_", " "), value: count(value) }));
