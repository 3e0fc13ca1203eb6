import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, link, post, type Query } from "./client";
import type { BulkAction, BulkResult, BulkResults, FailureKind, FilterValue, Job, JobCounts, JobRow, JobType, JsonObject, Page, Resources, Run, RunStatus } from "./types";

export interface JobFilters {
  type?: JobType | undefined;
  status?: RunStatus[] | undefined;
  user?: string | undefined;
  object?: string | undefined;
  processing?: string | undefined;
  engine?: string | undefined;
  failure_kind?: FailureKind | undefined;
  triggered_after?: string | undefined;
  triggered_before?: string | undefined;
  archived?: "yes" | "any" | undefined;
  search?: string | undefined;
}

export const PAGE_SIZE = 50;

export const jobsQuery = (filters: JobFilters) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "list", filters],
    queryFn: ({ pageParam, signal }) => jobsPage(filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: 30_000, // the event stream keeps it fresh; a refetch would move rows
  });

export function jobsPage(filters: JobFilters, after: string | null, signal?: AbortSignal): Promise<Page<JobRow>> {
  return get("/jobs", { ...(filters as Query), after, limit: PAGE_SIZE }, signal);
}

export const countsQuery = (filters: JobFilters) =>
  queryOptions({
    queryKey: ["jobs", "counts", filters],
    queryFn: ({ signal }) => get<JobCounts>("/jobs/counts", filters as Query, signal),
    placeholderData: keepPreviousData,
  });

export const jobQuery = (job: string) =>
  queryOptions({
    queryKey: ["jobs", "one", job],
    queryFn: ({ signal }) => get<Job>(`/jobs/${job}`, undefined, signal),
  });

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run],
    queryFn: ({ signal }) => get<Run>(`/runs/${run}`, undefined, signal),
  });

/** The jobs of one object: a dataset version or an experiment. */
export const jobsOfQuery = (noun: "versions" | "experiments", id: string) =>
  queryOptions({
    queryKey: ["jobs", "of", noun, id],
    queryFn: ({ signal }) => get<Page<JobRow>>(`/${noun}/${id}/jobs`, undefined, signal),
  });

export interface Changes {
  parameters?: JsonObject;
  inputs?: JsonObject;
  resources?: Partial<Resources>;
}

export function useRerun(job: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (changes: Changes) => post<Run>(`/jobs/${job}/rerun`, changes),
    onSuccess: (run) => {
      cache.setQueryData(runQuery(run.id).queryKey, run);
      return cache.invalidateQueries({ queryKey: jobQuery(job).queryKey });
    },
  });
}

export function useStop(run: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (grace_s: number) => post<Run>(`/runs/${run}/stop`, { grace_s }),
    onSuccess: (stopped) => {
      cache.setQueryData(runQuery(run).queryKey, (known) => ({ ...known, ...stopped }));
      return cache.invalidateQueries({ queryKey: jobQuery(stopped.job_id).queryKey });
    },
  });
}

/** The filtered list as a file. */
export const csvLink = (filters: JobFilters): string => link("/jobs/export.csv", filters as Query);

/** Names that a filter can be given, as they are typed. */
export const valuesQuery = (of: "user" | "object" | "processing", text: string) =>
  queryOptions({
    queryKey: ["jobs", "values", of, text],
    queryFn: ({ signal }) => get<FilterValue[]>("/jobs/values", { of, text }, signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

/** Which jobs: those named, or all that the filters show. */
export type Chosen = { jobs: string[] } | { filter: JobFilters };

const AT_ONCE = 100;

/** Does one thing to many jobs, call after call; `as_of` keeps what is started meanwhile out of it. */
async function actOn(action: BulkAction, chosen: Chosen): Promise<BulkResult[]> {
  const as_of = new Date().toISOString();
  const results: BulkResult[] = [];
  if ("jobs" in chosen) {
    for (let from = 0; from < chosen.jobs.length; from += AT_ONCE) {
      const jobs = chosen.jobs.slice(from, from + AT_ONCE);
      results.push(...(await post<BulkResults>("/jobs/bulk", { action, jobs, as_of })).results);
    }
    return results;
  }
  let after: string | null = "";
  while (after !== null) {
    const answer: BulkResults = await post<BulkResults>("/jobs/bulk", { action, filter: chosen.filter, as_of, after });
    results.push(...answer.results);
    after = answer.next;
  }
  return results;
}

export function useBulk() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ action, chosen }: { action: BulkAction; chosen: Chosen }) => actOn(action, chosen),
    onSettled: () => cache.invalidateQueries({ queryKey: ["jobs"] }),
  });
}
