import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { get, post } from "./client";
import type { Experiment, JsonObject, Page, Project, ProjectRow, Training } from "./types";

export const projectsQuery = queryOptions({
  queryKey: ["projects", "list"],
  queryFn: ({ signal }) => get<Page<ProjectRow>>("/projects", undefined, signal),
});

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ["projects", "one", project],
    queryFn: ({ signal }) => get<Project>(`/projects/${project}`, undefined, signal),
  });

export const trainingsQuery = queryOptions({
  queryKey: ["projects", "trainings"],
  queryFn: ({ signal }) => get<Page<Training>>("/trainings", undefined, signal),
});

export function useCreateProject() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (said: { name: string; description?: string }) => post<Project>("/projects", said),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["projects"] }),
  });
}

export interface NewExperiment {
  name: string;
  model_version_id?: string;
  parameters?: JsonObject;
  datasets?: Record<string, string>;
}

export function useCreateExperiment(project: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (said: NewExperiment) => post<Experiment>(`/projects/${project}/experiments`, said),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["projects"] }),
  });
}
