/** A comparison as rows of text, in parts; parts without a difference are left out. */
import type { Comparison, Json } from "../../../api/types";
import { bytes, figure } from "../../../components/numbers";
import { duration, roughly } from "../../../components/times";
import { said } from "../../../components/values";

export interface Row {
  name: string;
  before: string;
  after: string;
}

export interface Part {
  title: string;
  rows: Row[];
  /** It is about what the runs were given, not about what became of them. */
  given: boolean;
}

type Say = (value: Json, name: string) => string;
type Side = Comparison["before"];

export function partsOf(found: Comparison): Part[] {
  const part = (title: string, rows: Row[], given = false): Part => ({ title, rows, given });
  const rows = (differences: Comparison["counts"], say: Say = said): Row[] =>
    differences.map(({ name, before, after }) => ({ name: name.replace(/_s$/, "").replaceAll("_", " "), before: say(before, name), after: say(after, name) }));
  const all = [
    part("How it went", ended(found)),
    part("Parameters", rows(found.parameters), true),
    part("Inputs", rows(found.inputs), true),
    part("Limits", rows(found.resources, limit), true),
    part("Source", rows(found.source), true),
    part("Environment", rows(found.environment), true),
    part("Packages", rows(found.packages), true),
    part("Time in sections", unequal(rows(found.sections, seconds))), // milliseconds are chance
    part("Result", rows(found.counts)),
    part("Most that it used", peaks(found)),
  ];
  return all.filter((each) => each.rows.length > 0);
}

function ended({ before, after }: Comparison): Row[] {
  return unequal([
    pair("took", before, after, ({ duration_s }) => seconds(duration_s)),
    pair("failure", before, after, ({ failure }) => failure?.message ?? "–"),
    pair("result", before, after, ({ summary }) => summary ?? "–"),
    pair("lines printed", before, after, ({ lines }) => figure(lines)),
  ]);
}

function peaks({ before, after }: Comparison): Row[] {
  const of = (name: string, read: (peak: Side["peak"]) => number | null, say: (value: number) => string) =>
    pair(name, before, after, ({ peak }) => {
      const value = read(peak);
      return value === null ? "–" : say(value);
    });
  return unequal([
    of("CPU", ({ cpu }) => cpu, (cores) => `${figure(cores)} cores`),
    of("memory", ({ memory }) => memory, bytes),
    of("GPU", ({ gpu }) => gpu, (share) => `${Math.round(share * 100)} %`),
    of("disk", ({ disk }) => disk, bytes),
  ]);
}

const pair = (name: string, before: Side, after: Side, say: (side: Side) => string): Row => ({
  name,
  before: say(before),
  after: say(after),
});

const unequal = (rows: Row[]): Row[] => rows.filter(({ before, after }) => before !== after);

const seconds = (value: Json): string => (typeof value === "number" ? duration(value * 1000) : "–");

function limit(value: Json, name: string): string {
  if (typeof value !== "number") return "none";
  if (name === "memory") return bytes(value);
  return name === "timeout_s" ? roughly(value) : figure(value);
}
