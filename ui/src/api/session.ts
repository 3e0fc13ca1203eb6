import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { get, post, remove } from "./client";
import type { Role, Session } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => get<Session>("/session", undefined, signal),
  staleTime: 60_000,
});

export type Credentials = { name: string; password: string } | { link: string };

export function useSignIn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => post<Session>("/session", credentials),
    onSuccess: (session) => {
      cache.clear();
      cache.setQueryData(sessionQuery.queryKey, session);
    },
  });
}

export function useSignOut() {
  const cache = useQueryClient();
  return useMutation({ mutationFn: () => remove("/session"), onSettled: () => cache.clear() });
}

/** Who looks at the page. Only below the shell, which has asked already. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

const RANK: Record<Role, number> = { viewer: 0, member: 1, admin: 2, owner: 3 };

export function useMay(least: Role): boolean {
  return RANK[useSession().role] >= RANK[least];
}
