/** What the address says of a job's page beside the job and the run. */
import { choice, one } from "../../search";

export const JOB_TABS = ["log", "usage", "what", "timeline", "compare", "result"] as const;
export type JobTab = (typeof JOB_TABS)[number];

export interface JobSearch {
  tab?: JobTab | undefined;
  /** The number of the run that the chosen one is compared with. */
  with?: string | undefined;
  /** "Edit and re-run" is open; the JSON of values that it proposes, as {"parameters":{"batch_size":8}}. */
  edit?: string | undefined;
}

export function jobSearch(raw: Record<string, unknown>): JobSearch {
  return { tab: choice(raw["tab"], JOB_TABS), with: one(raw["with"]), edit: one(raw["edit"]) };
}
