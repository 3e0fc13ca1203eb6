import { queryOptions } from "@tanstack/react-query";
import { get, post } from "./client";
import type { Job, JsonObject, Page, Processing, Resources, Terms } from "./types";
import { useLaunched } from "./versions";

export const processingsQuery = queryOptions({
  queryKey: ["processings", "list"],
  queryFn: ({ signal }) => get<Page<Processing>>("/processings", undefined, signal),
});

export const processingQuery = (processing: string) =>
  queryOptions({
    queryKey: ["processings", "one", processing],
    queryFn: ({ signal }) => get<Processing>(`/processings/${processing}`, undefined, signal),
  });

export interface ProcessingLaunch extends Terms {
  target_id: string;
  parameters: JsonObject;
  inputs: JsonObject;
  resources?: Partial<Resources>;
}

export function useLaunchProcessing(processing: string) {
  return useLaunched((said: ProcessingLaunch) =>
    post<Job>(`/processings/${processing}/launch`, said, crypto.randomUUID()),
  );
}
