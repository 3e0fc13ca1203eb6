/** What the list shows, as the address says it and as people type it. */
import type { JobFilters } from "../../api/jobs";
import type { FailureKind, JobType, RunStatus } from "../../api/types";
import { STATUS_WORD, STATUSES } from "../../components/status";
import { choice, many, one } from "../../search";

export const JOB_TYPES: JobType[] = ["PROCESSING", "TRAINING", "INTERNAL"];
export const TYPE_NAME: Record<JobType, string> = {
  PROCESSING: "Processings",
  TRAINING: "Trainings",
  INTERNAL: "Internals",
};

export const ENGINES = ["local", "container", "ray", "slurm", "external"];
export const FAILURE_KINDS: FailureKind[] = [
  "script_error",
  "out_of_memory",
  "timeout",
  "setup_error",
  "engine_error",
  "lost",
  "invalid_input",
  "disk_full",
];

/** What can be typed before a colon, and the filter that it sets. */
export const QUALIFIERS = {
  status: { field: "status", hint: "pending, queued, running, success, failure, stopped" },
  type: { field: "type", hint: "processing, training, internal" },
  user: { field: "user", hint: "a name, or me" },
  object: { field: "object", hint: "dataset/version, model/version, project/experiment" },
  processing: { field: "processing", hint: "the name of a processing" },
  engine: { field: "engine", hint: ENGINES.join(", ") },
  failure: { field: "failure_kind", hint: "out_of_memory, timeout, lost …" },
  after: { field: "triggered_after", hint: "2026-11-01, 7d or 12h ago" },
  before: { field: "triggered_before", hint: "2026-11-01, 7d or 12h ago" },
  archived: { field: "archived", hint: "yes, any" },
} as const satisfies Record<string, { field: keyof JobFilters; hint: string }>;

export type Qualifier = keyof typeof QUALIFIERS;

export const isQualifier = (name: string): name is Qualifier => Object.hasOwn(QUALIFIERS, name);

export function jobsSearch(raw: Record<string, unknown>): JobFilters {
  const status = many(raw["status"])
    .map((each) => statusOf(each))
    .filter((each) => each !== undefined);
  return {
    type: choice(raw["type"], JOB_TYPES),
    status: status.length ? status : undefined,
    user: one(raw["user"]),
    object: one(raw["object"]),
    processing: one(raw["processing"]),
    engine: one(raw["engine"]),
    failure_kind: choice(raw["failure_kind"], FAILURE_KINDS),
    triggered_after: one(raw["triggered_after"]),
    triggered_before: one(raw["triggered_before"]),
    archived: choice(raw["archived"], ["yes", "any"]),
    search: one(raw["search"]),
    failure: one(raw["failure"]),
  };
}

/** A status by its code or by the word that people see. */
function statusOf(text: string): RunStatus | undefined {
  const wanted = text.toLowerCase();
  return STATUSES.find((status) => status.toLowerCase() === wanted || STATUS_WORD[status].toLowerCase() === wanted);
}

const WORD = /(\w+):(?:"([^"]*)"|(\S+))|"[^"]*"|\S+/g;

/**
 * Takes `status:failure object:"my coins" tiles` apart. Words that are no filter stay search text;
 * `problem` says what is wrong with one that looks like a filter.
 */
export function read(text: string, filters: JobFilters): { filters: JobFilters; problem: string | undefined } {
  const result: JobFilters = { ...filters };
  const rest: string[] = [];
  let problem: string | undefined;
  for (const [word, name = "", quoted, plain] of text.trim().matchAll(WORD)) {
    const value = quoted ?? plain ?? "";
    const qualifier = name.toLowerCase();
    if (value && isQualifier(qualifier)) {
      if (apply(result, qualifier, value)) continue;
      problem ??= `${qualifier}: takes ${QUALIFIERS[qualifier].hint}.`;
    } else if (name && value) {
      problem ??= `There is no filter “${name}:”, so it is searched for as text. There are ${Object.keys(QUALIFIERS).join(", ")}.`;
    }
    rest.push(word);
  }
  result.search = rest.join(" ") || undefined;
  return { filters: result, problem };
}

const MOMENT = /^(\d{1,6}[mhdw]|\d{4}-\d{2}-\d{2}(T\S+)?)$/;

function apply(filters: JobFilters, name: Qualifier, value: string): boolean {
  const wanted = value.toLowerCase();
  switch (name) {
    case "status": {
      const status = statusOf(value);
      if (status) filters.status = [...new Set([...(filters.status ?? []), status])];
      return status !== undefined;
    }
    case "type":
      return set(filters, "type", JOB_TYPES.find((each) => each.toLowerCase().startsWith(wanted)));
    case "engine":
      return set(filters, "engine", ENGINES.find((each) => each === wanted));
    case "failure":
      return set(filters, "failure_kind", FAILURE_KINDS.find((each) => each === wanted));
    case "archived":
      return set(filters, "archived", choice(wanted, ["yes", "any"]));
    case "after":
    case "before":
      return set(filters, QUALIFIERS[name].field, MOMENT.test(value) ? value : undefined);
    default:
      return set(filters, QUALIFIERS[name].field, value);
  }
}

function set<Field extends keyof JobFilters>(filters: JobFilters, field: Field, value: JobFilters[Field]): boolean {
  if (value === undefined) return false;
  filters[field] = value;
  return true;
}

export const isFiltered = (filters: JobFilters): boolean => Object.values(filters).some((value) => value !== undefined);

/** What stands as chips before the text, and the filters without each. */
export function chipsOf(filters: JobFilters): { text: string; without: JobFilters }[] {
  const statuses = (filters.status ?? []).map((status) => {
    const others = filters.status?.filter((each) => each !== status);
    return { text: `status: ${STATUS_WORD[status]}`, without: { ...filters, status: others?.length ? others : undefined } };
  });
  const single = (Object.keys(QUALIFIERS) as Qualifier[])
    .filter((name) => name !== "status" && name !== "type" && filters[QUALIFIERS[name].field])
    .map((name) => {
      const { field } = QUALIFIERS[name];
      const value = String(filters[field]);
      return { text: name === "object" && ID.test(value) ? "one object" : `${name}: ${value}`, without: { ...filters, [field]: undefined } };
    });
  const equal = filters.failure ? [{ text: "one failure", without: { ...filters, failure: undefined } }] : [];
  return [...statuses, ...single, ...equal];
}

const ID = /^[0-9a-f]{8}-/;
