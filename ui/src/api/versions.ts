import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "./client";
import type { Asset, Job, JsonObject, Page, Statistics, Version, VersionDetail } from "./types";

export interface AssetFilters {
  label?: string | undefined;
  search?: string | undefined;
}

export const versionQuery = (version: string) =>
  queryOptions({
    queryKey: ["versions", "one", version],
    queryFn: ({ signal }) => get<VersionDetail>(`/versions/${version}`, undefined, signal),
  });

export const statisticsQuery = (version: string) =>
  queryOptions({
    queryKey: ["versions", "statistics", version],
    queryFn: ({ signal }) => get<Statistics>(`/versions/${version}/statistics`, undefined, signal),
    refetchInterval: ({ state }) => (state.data?.state === "counting" ? 2000 : false),
  });

export const assetsQuery = (version: string, filters: AssetFilters) =>
  infiniteQueryOptions({
    queryKey: ["versions", "assets", version, filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Asset>>(
        `/versions/${version}/assets`,
        { label: filters.label, search: filters.search, after: pageParam, limit: 60 },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export interface ForkOptions {
  name: string;
  with_annotations: boolean;
  with_labels: boolean;
}

export function useFork(version: string) {
  return useLaunched((options: ForkOptions) =>
    post<Job>(`/versions/${version}/fork`, options, crypto.randomUUID()),
  );
}

export type ExportFormat = "coco" | "yolo" | "yolo-segmentation" | "yolo-pose" | "voc" | "parquet";
export type FileNames = "filename" | "object_name" | "data_id" | "asset_id";

export interface ExportOptions {
  format: ExportFormat;
  with_pictures: boolean;
  file_names: FileNames;
  pictures: JsonObject;
}

export function useExport(version: string) {
  return useLaunched((options: ExportOptions) =>
    post<Job>(`/versions/${version}/export`, options, crypto.randomUUID()),
  );
}

export function useLock(version: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (verb: "lock" | "unlock") => post<Version>(`/versions/${version}/${verb}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["versions"] }),
  });
}

/** A launch answers the job; the lists that it will appear in are asked again. */
export function useLaunched<Said>(launch: (said: Said) => Promise<Job>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: launch,
    onSuccess: () => cache.invalidateQueries({ queryKey: ["jobs"] }),
  });
}
