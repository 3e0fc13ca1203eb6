import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, patch, post, type Query } from "./client";
import type { Cut } from "./places";
import type { Asset, AssetPlaces, Change, DatasetType, Job, JsonObject, Neighbour, Page, Ref, Statistics, Version, VersionDetail } from "./types";

const COUNTING_MS = 2000; // while it is counted, what is known is asked for so often

export const versionQuery = (version: string) =>
  queryOptions({
    queryKey: ["versions", "one", version],
    queryFn: ({ signal }) => get<VersionDetail>(`/versions/${version}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data?.state === "counting" ? COUNTING_MS : false),
  });

export const statisticsQuery = (version: string) =>
  queryOptions({
    queryKey: ["versions", "statistics", version],
    queryFn: ({ signal }) => get<Statistics>(`/versions/${version}/statistics`, undefined, signal),
    refetchInterval: ({ state }) => (state.data?.state === "counting" ? COUNTING_MS : false),
  });

/** Names of the tags that pictures of a version can have in it; none until they are known. */
export const useTags = (version: string): string[] =>
  useQuery({
    queryKey: ["versions", "tags", version],
    queryFn: ({ signal }) => get<Page<Ref>>(`/versions/${version}/tags`, undefined, signal),
    select: ({ items }) => items.map(({ name }) => name),
  }).data ?? NONE;

const NONE: string[] = [];

/** Versions of all datasets with a text in DATASET/VERSION. */
export const versionsQuery = (search: string) =>
  queryOptions({
    queryKey: ["versions", "found", search],
    queryFn: ({ signal }) => get<Page<Version>>("/versions", { search, limit: 50 }, signal),
    placeholderData: keepPreviousData,
  });

/** One step of the way through a version: where the pictures stand that a filter lets through. */
export const assetPlacesStep = (version: string, filter: Query, after: number | null, signal: AbortSignal): Promise<AssetPlaces> =>
  get<AssetPlaces>(`/versions/${version}/places`, { ...filter, after }, signal);

/** The pictures of a version, for a grid that shows any place of their list. */
export const assetsSource = (version: string, filter: Query) => ({
  key: ["versions", "within", version, filter],
  fetch: ({ stretches, skip, limit }: Cut, signal: AbortSignal) =>
    get<Page<Asset>>(`/versions/${version}/within`, { ...filter, stretch: stretches, skip, limit }, signal),
});

export const assetQuery = (asset: string) =>
  queryOptions({
    queryKey: ["versions", "asset", asset],
    queryFn: ({ signal }) => get<Asset>(`/assets/${asset}`, undefined, signal),
  });

/** The picture before or after one within a filter; null at the end of the list. */
export const besideQuery = (version: string, filter: Query, asset: string, side: "newer" | "older") =>
  queryOptions({
    queryKey: ["versions", "beside", version, filter, asset, side],
    queryFn: async ({ signal }) => {
      let after: number | null = null;
      do {
        const said: Neighbour = await get<Neighbour>(`/versions/${version}/beside/${asset}`, { ...filter, side, after }, signal);
        if (said.asset) return said.asset;
        after = said.next;
      } while (after !== null);
      return null;
    },
    staleTime: 60_000,
  });

/** What changed a picture, newest first. */
export const assetChangesQuery = (asset: string) =>
  queryOptions({
    queryKey: ["versions", "asset changes", asset],
    queryFn: ({ signal }) => get<Page<Change>>(`/assets/${asset}/changes`, undefined, signal),
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

export function useChangeVersion(version: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (said: { name: string; type: DatasetType; description: string }) => patch<Version>(`/versions/${version}`, said),
    onSuccess: () =>
      Promise.all(["versions", "datasets"].map((noun) => cache.invalidateQueries({ queryKey: [noun] }))),
  });
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
