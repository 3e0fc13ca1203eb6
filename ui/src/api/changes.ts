import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, get, post } from "./client";
import type { Change, Job, NewerChanges, Page, PictureChange } from "./types";

/** What a run changed: one change for each dataset version. */
export const runChangesQuery = (run: string, live: boolean) =>
  queryOptions({
    queryKey: ["runs", run, "changes", live], // once more at its end: what was running is not any more
    queryFn: ({ signal }) => get<Page<Change>>(`/runs/${run}/changes`, undefined, signal),
    refetchInterval: live ? 5_000 : false,
  });

/** The history of a version, newest first. */
export const historyQuery = (version: string) =>
  infiniteQueryOptions({
    queryKey: ["versions", "changes", version],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Change>>(`/versions/${version}/changes`, { after: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** What removed the versions of a dataset that are gone. */
export const removedQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "removed", dataset],
    queryFn: ({ signal }) => get<Page<Change>>(`/datasets/${dataset}/removed`, undefined, signal),
  });

/** One change with its numbers, which lists leave out of large ones. */
export const changeQuery = (change: string) =>
  queryOptions({
    queryKey: ["changes", "one", change],
    queryFn: ({ signal }) => get<Change>(`/changes/${change}`, undefined, signal),
  });

export const changedPicturesQuery = (change: string) =>
  infiniteQueryOptions({
    queryKey: ["changes", "pictures", change],
    queryFn: ({ pageParam, signal }) =>
      get<Page<PictureChange>>(`/changes/${change}/pictures`, { after: pageParam, limit: 60 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** Undoes a run, or one change, by a job. `path`: of either, as "/runs/…". */
export function useUndo(path: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (keep_newer: boolean) => post<Job>(`${path}/undo`, { keep_newer }, crypto.randomUUID()),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["jobs"] }),
  });
}

/** What stands in the way, if that is why an undo was refused. */
export function newerChanges(error: Error | null): NewerChanges | null {
  return error instanceof ApiError && error.code === "newer_changes" ? (error.detail as NewerChanges) : null;
}
