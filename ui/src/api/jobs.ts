import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, link, post, type Query } from "./client";
import { logTail } from "./log";
import type { Comparison, FailureKind, FilterValue, Job, JobCounts, JobRow, JobType, JsonObject, Page, RerunCheck, RerunForm, Run, RunStatus, SameFailure, Samples } from "./types";

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
  /** The key of a failure: jobs that failed so. */
  failure?: string | undefined;
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

/** Other jobs that failed in the same way. */
export const sameFailureQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "same-failure"],
    queryFn: ({ signal }) => get<SameFailure>(`/runs/${run}/same-failure`, undefined, signal),
    staleTime: 60_000,
  });

/** The jobs of one object: a dataset version or an experiment. */
export const jobsOfQuery = (noun: "versions" | "experiments", id: string) =>
  queryOptions({
    queryKey: ["jobs", "of", noun, id],
    queryFn: ({ signal }) => get<Page<JobRow>>(`/${noun}/${id}/jobs`, undefined, signal),
  });

/** What a run used, asked for anew while it runs. */
export const samplesQuery = (run: string, live: boolean) =>
  queryOptions({
    queryKey: ["runs", run, "samples"],
    queryFn: ({ signal }) => get<Samples>(`/runs/${run}/samples`, undefined, signal),
    refetchInterval: live ? 5_000 : false,
  });

export const sectionsQuery = (run: string, live: boolean) =>
  queryOptions({
    queryKey: ["runs", run, "sections"],
    queryFn: async ({ signal }) => (await logTail(run, 0, signal)).sections,
    refetchInterval: live ? 5_000 : false,
  });

export const comparisonQuery = (job: string, before: number, after: number) =>
  queryOptions({
    queryKey: ["jobs", "comparison", job, before, after],
    queryFn: ({ signal }) => get<Comparison>(`/jobs/${job}/compare`, { before, after }, signal),
  });

export const formQuery = (run: string) =>
  queryOptions({
    queryKey: ["runs", run, "form"],
    queryFn: ({ signal }) => get<RerunForm>(`/runs/${run}/form`, undefined, signal),
  });

/** What shall differ from an earlier run. Limits as people write them; null takes one off. */
export interface Changes {
  parameters?: JsonObject;
  inputs?: JsonObject;
  resources?: Record<string, string | null>;
  /** The number of the run to be like; else the newest. */
  like?: number;
}

/** Asks without launching, so it may be asked as often as somebody types. */
export const checkQuery = (job: string, changes: Changes) =>
  queryOptions({
    queryKey: ["jobs", "check", job, changes],
    queryFn: () => post<RerunCheck>(`/jobs/${job}/rerun/check`, changes),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });

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
