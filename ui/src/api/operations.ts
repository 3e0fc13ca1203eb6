import { queryOptions } from "@tanstack/react-query";
import { get, post } from "./client";
import type { Job, JsonObject, Operation } from "./types";
import { useLaunched } from "./versions";

/** What can be done with dataset versions. It is the same for everybody, as long as the server is. */
export const operationsQuery = queryOptions({
  queryKey: ["operations"],
  queryFn: ({ signal }) => get<Operation[]>("/operations", undefined, signal),
  staleTime: Infinity,
});

export function useOperation(version: string, operation: Operation) {
  return useLaunched((body: JsonObject) =>
    post<Job>(`/versions/${version}/${operation.path}`, body, crypto.randomUUID()),
  );
}
