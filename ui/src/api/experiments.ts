import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post } from "./client";
import type { Experiment, Job, JsonObject, MetricSeries, Terms } from "./types";
import { useLaunched } from "./versions";

export const experimentQuery = (experiment: string) =>
  queryOptions({
    queryKey: ["experiments", "one", experiment],
    queryFn: ({ signal }) => get<Experiment>(`/experiments/${experiment}`, undefined, signal),
  });

/** `points` is part of the key: a metric that has grown is another answer. */
export const seriesQuery = (experiment: string, metric: string, points: number) =>
  queryOptions({
    queryKey: ["experiments", "series", experiment, metric, points],
    queryFn: ({ signal }) =>
      get<MetricSeries>(`/experiments/${experiment}/metrics/${metric}`, undefined, signal),
    placeholderData: keepPreviousData,
  });

export function useLaunchExperiment(experiment: string) {
  return useLaunched((said: Terms & { parameters: JsonObject }) =>
    post<Job>(`/experiments/${experiment}/launch`, said, crypto.randomUUID()),
  );
}
