/** What stands in the form of "Edit and re-run", and what of it differs from the run that it began with. */
import type { Changes } from "../../../api/jobs";
import type { Json, JsonObject, ProcessingInput, RerunForm, Resources, Run } from "../../../api/types";
import { draftOfTerms, retrySaid, type TermsDraft, termsChanged } from "../../../components/terms";
import { said } from "../../../components/values";

/** Limits as people write them; empty: none. */
export const LIMITS = ["cpu", "memory", "gpu", "disk", "timeout"] as const;
export type Limit = (typeof LIMITS)[number];
export type Limits = Record<Limit, string>;

export interface Draft {
  parameters: JsonObject;
  inputs: JsonObject;
  limits: Limits;
  terms: TermsDraft;
}

export type Input = Pick<ProcessingInput, "name" | "type" | "required">;
type Given = Pick<Run, "number" | "parameters" | "inputs" | "resources" | "priority" | "retry">;

export function draftOf(run: Given, proposed: Proposed = {}): Draft {
  return {
    parameters: { ...run.parameters, ...proposed.parameters },
    inputs: { ...run.inputs, ...proposed.inputs },
    limits: { ...limitsOf(run.resources), ...proposed.limits },
    terms: draftOfTerms(run),
  };
}

/** What the draft has that the run had not; what stays is not sent, so that it stays exactly. */
export function changesOf(draft: Draft, run: Given): Changes {
  const before = limitsOf(run.resources);
  const limits = LIMITS.filter((name) => draft.limits[name].trim() !== before[name]);
  return {
    parameters: different(draft.parameters, run.parameters),
    inputs: different(draft.inputs, run.inputs),
    resources: Object.fromEntries(limits.map((name) => [name, draft.limits[name].trim() || null])),
    like: run.number,
    ...termsChanged(draft.terms, draftOfTerms(run)),
  };
}

function different(now: JsonObject, before: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => !isSame(value, before[name]) && !(isNothing(value) && !(name in before))),
  );
}

const isSame = (one: Json | undefined, other: Json | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);
const isNothing = (value: Json | undefined): boolean => value === null || value === undefined || value === "";

export interface Changed {
  field: string;
  name: string;
  before: string;
  after: string;
}

/** The changes in words, a row for each. A secret is never among them as text. */
export function inWords(changes: Changes, run: Given, secrets: ReadonlySet<string>): Changed[] {
  const before = limitsOf(run.resources);
  const row = (place: string, name: string, was: Json | undefined, is: Json): Changed => {
    const hidden = place === "parameters" && secrets.has(name);
    return {
      field: `${place}.${name}`,
      name,
      before: hidden ? "kept" : said(was),
      after: hidden ? "replaced" : said(is),
    };
  };
  return [
    ...Object.entries(changes.parameters ?? {}).map(([name, value]) => row("parameters", name, run.parameters[name], value)),
    ...Object.entries(changes.inputs ?? {}).map(([name, value]) => row("inputs", name, run.inputs[name], value)),
    ...Object.entries(changes.resources ?? {}).map(([name, value]) =>
      row("resources", name, before[name as Limit] || "none", value ?? "none"),
    ),
    ...termsInWords(changes, run),
  ];
}

function termsInWords({ priority, retry }: Changes, run: Given): Changed[] {
  const rows: Changed[] = [];
  if (priority !== undefined) rows.push({ field: "priority", name: "priority", before: said(run.priority), after: said(priority) });
  if (retry !== undefined) rows.push({ field: "retry", name: "other tries", before: retrySaid(run.retry), after: retrySaid(retry) });
  return rows;
}

// --- limits --------------------------------------------------------------------------------------

const BYTES = { TiB: 2 ** 40, GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10 };
const SECONDS = { d: 86_400, h: 3600, min: 60 };

/** Exactly what the server has, so that a field which nobody touched changes nothing. */
export function limitsOf({ cpu, memory, gpu, disk, timeout_s }: Resources): Limits {
  return {
    cpu: cpu == null ? "" : String(cpu),
    memory: memory == null ? "" : inUnits(memory, BYTES, ""),
    gpu: gpu ? String(gpu) : "",
    disk: disk == null ? "" : inUnits(disk, BYTES, ""),
    timeout: timeout_s == null ? "" : inUnits(timeout_s, SECONDS, "s"),
  };
}

function inUnits(value: number, units: Record<string, number>, smallest: string): string {
  for (const [unit, size] of Object.entries(units)) if (value >= size && value % size === 0) return `${value / size} ${unit}`;
  return smallest ? `${value} ${smallest}` : String(value);
}

// --- inputs --------------------------------------------------------------------------------------

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** The inputs that can be edited: the declared ones, and texts and numbers that nothing declares. */
export function inputsOf(form: RerunForm, run: Pick<Run, "inputs" | "source">): Input[] {
  const known = new Set(form.inputs.map(({ name }) => name));
  if ("internal" in run.source) return form.inputs; // what they hold is for our own operations
  const more = Object.entries(run.inputs).filter(
    ([name, value]) => !known.has(name) && (typeof value === "number" || (typeof value === "string" && !ID.test(value))),
  );
  return [
    ...form.inputs,
    ...more.map(([name, value]) => ({ name, type: typeof value === "number" ? "NUMBER" : "TEXT", required: false })),
  ];
}

// --- proposals -----------------------------------------------------------------------------------

export interface Proposed {
  parameters?: JsonObject;
  inputs?: JsonObject;
  limits?: Partial<Limits>;
}

/** The values that an address proposes; null if it cannot be read. */
export function proposedBy(text: string): Proposed | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(read)) return null;
  const { parameters = {}, inputs = {}, resources = {} } = read;
  if (!isObject(parameters) || !isObject(inputs) || !isObject(resources)) return null;
  const limits: Partial<Limits> = {};
  for (const name of LIMITS) {
    const value = resources[name];
    if (value !== undefined) limits[name] = value === null ? "" : said(value);
  }
  return { parameters, inputs, limits };
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);
