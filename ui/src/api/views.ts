import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post, put, remove } from "./client";
import type { Page, SavedView, SavedViewForm } from "./types";

/** The own views of the list of jobs, and those that others share. */
export const viewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => get<Page<SavedView>>("/views", undefined, signal),
  staleTime: 30_000,
});

/** Keeps a view: a new one without an id. */
export function useKeepView() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string; body: SavedViewForm }) =>
      id ? put<SavedView>(`/views/${id}`, body) : post<SavedView>("/views", body),
    onSuccess: (kept) => {
      cache.setQueryData(viewsQuery.queryKey, (views) => views && { ...views, items: [...views.items.filter(({ id }) => id !== kept.id), kept] });
      return cache.invalidateQueries({ queryKey: viewsQuery.queryKey });
    },
  });
}

export function useRemoveView() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => remove(`/views/${id}`),
    onSuccess: () => cache.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
}
