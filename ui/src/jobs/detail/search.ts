/** What the address says of a job's page beside the job and the run. */
import type { Stream } from "../../api/types";
import { choice, one } from "../../search";

export const JOB_TABS = ["log", "usage", "what", "timeline", "changes", "compare", "result"] as const;
export type JobTab = (typeof JOB_TABS)[number];

export interface JobSearch {
  tab?: JobTab | undefined;
  /** The number of the run that the chosen one is compared with. */
  with?: string | undefined;
  /** "Edit and re-run" is open; the JSON of values that it proposes, as {"parameters":{"batch_size":8}}. */
  edit?: string | undefined;
  /** Of the log: the one stream that is shown. */
  stream?: Stream | undefined;
  /** What is looked for in the log, as a regular expression or not, in the section of that number or in all. */
  q?: string | undefined;
  regex?: "yes" | undefined;
  section?: string | undefined;
}

const STREAMS: readonly Stream[] = ["stdout", "stderr", "setup"];

export function jobSearch(raw: Record<string, unknown>): JobSearch {
  const section = one(raw["section"]);
  return {
    tab: choice(raw["tab"], JOB_TABS),
    with: one(raw["with"]),
    edit: one(raw["edit"]),
    stream: choice(raw["stream"], STREAMS),
    q: one(raw["q"]),
    regex: choice(raw["regex"], ["yes"]),
    section: section && /^\d{1,9}$/.test(section) ? section : undefined,
  };
}
