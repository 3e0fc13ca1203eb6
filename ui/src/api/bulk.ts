/** One action on many jobs, call after call: how far it came, and what is left. */
import type { JobFilters } from "./jobs";
import { post } from "./client";
import type { BulkAction, BulkResult, BulkResults } from "./types";

/** Which jobs: those named, or all that the filters find. */
export type Chosen = { jobs: string[] } | { filter: JobFilters };

export interface Order {
  action: BulkAction;
  chosen: Chosen;
  /** When the server took the first call: what is triggered later is left alone. */
  as_of?: string;
  /** Behind which job to go on. */
  after?: string;
}

const AT_ONCE = 100; // as many as the server takes in one call

/** Does the next hundred. Repeating an order that has its time is harmless. */
export async function act({ action, chosen, as_of = "", after = "" }: Order): Promise<{ results: BulkResult[]; rest: Order | null }> {
  if ("filter" in chosen) {
    const said = await post<BulkResults>("/jobs/bulk", { action, filter: chosen.filter, every: true, as_of, after });
    return { results: said.results, rest: said.next === null ? null : { action, chosen, as_of: said.as_of, after: said.next } };
  }
  const said = await post<BulkResults>("/jobs/bulk", { action, jobs: chosen.jobs.slice(0, AT_ONCE), as_of });
  const jobs = chosen.jobs.slice(AT_ONCE);
  return { results: said.results, rest: jobs.length ? { action, chosen: { jobs }, as_of: said.as_of } : null };
}
