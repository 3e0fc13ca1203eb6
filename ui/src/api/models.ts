import { queryOptions } from "@tanstack/react-query";
import { get } from "./client";
import type { JsonObject, Ref } from "./types";

export interface ModelVersion extends Ref {
  model: Ref;
  description: string;
  type: string;
  framework: string;
  parameters: JsonObject;
}

export const modelVersionQuery = (version: string) =>
  queryOptions({
    queryKey: ["models", "version", version],
    queryFn: ({ signal }) => get<ModelVersion>(`/model-versions/${version}`, undefined, signal),
  });
