/** Imports of annotations: asking what one would do, and doing it. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, send } from "./client";
import { jobQuery } from "./jobs";
import type { Job } from "./types";
import { useLaunched } from "./versions";

export type Mode = "replace" | "keep" | "concatenate";

export interface ImportOptions {
  format: string;
  mode: Mode;
  matching: string;
  skip_bad: boolean;
  create_labels: boolean;
  force_placeholders: boolean;
}

/** The file of an import: one to be sent, or the one that a job has checked already. */
export type Source = { file: File } | { checked_by: string };

type Launch = Source & Partial<ImportOptions> & { only_rejected_of?: string };

const launch = (path: string, said: Launch): Promise<Job> => {
  const { file, ...fields } = { file: null, ...said };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  if (file) form.set("file", file);
  return send<Job>(path, form, crypto.randomUUID());
};

export const useImport = (version: string) => useLaunched((said: Launch) => launch(`/versions/${version}/import`, said));

/** The job that says what an import would do; it is looked at until it has ended. */
export function useCheck(version: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (said: Launch) => launch(`/versions/${version}/import/check`, said),
    onSuccess: (job) => cache.setQueryData(jobQuery(job.id).queryKey, job),
  });
}

export const checkQuery = (job: string) =>
  queryOptions({
    queryKey: jobQuery(job).queryKey,
    queryFn: ({ signal }) => get<Job>(`/jobs/${job}`, undefined, signal),
    enabled: job !== "",
    refetchInterval: ({ state }) => (state.data?.finished_at ? false : 400),
  });
