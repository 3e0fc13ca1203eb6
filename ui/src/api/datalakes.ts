import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, send } from "./client";
import type { DataFile, Datalake, Page } from "./types";

export const datalakesQuery = queryOptions({
  queryKey: ["datalakes", "list"],
  queryFn: ({ signal }) => get<Page<Datalake>>("/datalakes", undefined, signal),
});

export const filesQuery = (datalake: string) =>
  infiniteQueryOptions({
    queryKey: ["datalakes", "files", datalake],
    queryFn: ({ pageParam, signal }) =>
      get<Page<DataFile>>(`/datalakes/${datalake}/data`, { after: pageParam, limit: 60 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export interface Uploaded {
  filename: string;
  id: string | null;
  error: string | null;
}

/** Files that one request carries: small enough that a refusal costs little and progress is seen. */
const BATCH = 8;

export function useUpload(datalake: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ files, onDone }: { files: File[]; onDone: (count: number) => void }) => {
      const results: Uploaded[] = [];
      for (let start = 0; start < files.length; start += BATCH) {
        const form = new FormData();
        for (const file of files.slice(start, start + BATCH)) form.append("files", file);
        const answer = await send<{ items: Uploaded[] }>(`/datalakes/${datalake}/data`, form);
        results.push(...answer.items);
        onDone(results.length);
      }
      return results;
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["datalakes"] }),
  });
}
