/** What the list shows, as the address says it and as people type it. */
import type { JobFilters } from "../../api/jobs";
import type { JobType, RunStatus } from "../../api/types";
import { STATUS_WORD, STATUSES } from "../../components/status";
import { choice, many, one } from "../../search";

export const JOB_TYPES: JobType[] = ["PROCESSING", "TRAINING", "INTERNAL"];
export const TYPE_NAME: Record<JobType, string> = {
  PROCESSING: "Processings",
  TRAINING: "Trainings",
  INTERNAL: "Internals",
};

export function jobsSearch(raw: Record<string, unknown>): JobFilters {
  const status = many(raw["status"])
    .map((each) => statusOf(each))
    .filter((each) => each !== undefined);
  return {
    type: choice(raw["type"], JOB_TYPES),
    status: status.length ? status : undefined,
    user: one(raw["user"]),
    object: one(raw["object"]),
    search: one(raw["search"]),
    failure: one(raw["failure"]),
  };
}

/** A status by its code or by the word that people see. */
function statusOf(text: string): RunStatus | undefined {
  const wanted = text.toLowerCase();
  return STATUSES.find((status) => status.toLowerCase() === wanted || STATUS_WORD[status].toLowerCase() === wanted);
}

/** Takes `status:failure user:ada tiles` apart; words that are no filter stay search text. */
export function understand(text: string, filters: JobFilters): JobFilters {
  const result: JobFilters = { ...filters };
  const rest: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const [, name, value] = /^(status|user|object|type|failure):(\S+)$/i.exec(word) ?? [];
    if (!name || !value || !apply(result, name.toLowerCase(), value)) rest.push(word);
  }
  result.search = rest.join(" ") || undefined;
  return result;
}

function apply(filters: JobFilters, name: string, value: string): boolean {
  if (name === "user") filters.user = value;
  else if (name === "object") filters.object = value;
  else if (name === "failure") filters.failure = value;
  else if (name === "status") {
    const status = statusOf(value);
    if (!status) return false;
    filters.status = [...new Set([...(filters.status ?? []), status])];
  } else {
    const type = JOB_TYPES.find((each) => each.toLowerCase().startsWith(value.toLowerCase()));
    if (!type) return false;
    filters.type = type;
  }
  return true;
}

export const isFiltered = ({ type, status, user, object, search, failure }: JobFilters): boolean =>
  Boolean(type ?? status ?? user ?? object ?? search ?? failure);
