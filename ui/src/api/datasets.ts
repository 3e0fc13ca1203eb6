import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "./client";
import type { Dataset, DatasetRow, DatasetType, Page, Version } from "./types";

export const datasetsQuery = queryOptions({
  queryKey: ["datasets", "list"],
  queryFn: ({ signal }) => get<Page<DatasetRow>>("/datasets", undefined, signal),
});

export const datasetQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["datasets", "one", dataset],
    queryFn: ({ signal }) => get<Dataset>(`/datasets/${dataset}`, undefined, signal),
  });

export function useCreateDataset() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; description?: string }) => post<Dataset>("/datasets", body),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["datasets"] }),
  });
}

export function useCreateVersion(dataset: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; type?: DatasetType; description?: string }) =>
      post<Version>(`/datasets/${dataset}/versions`, body),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["datasets"] }),
  });
}
