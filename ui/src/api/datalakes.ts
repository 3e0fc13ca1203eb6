import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post, send } from "./client";
import type { Cut } from "./places";
import type { DataDetail, DataFile, Datalake, Job, Page, Places, Ref } from "./types";

export const datalakesQuery = queryOptions({
  queryKey: ["datalakes", "list"],
  queryFn: ({ signal }) => get<Page<Datalake>>("/datalakes", undefined, signal),
});

export const dataTagsQuery = (datalake: string) =>
  queryOptions({
    queryKey: ["datalakes", "tags", datalake],
    queryFn: ({ signal }) => get<Page<Ref>>(`/datalakes/${datalake}/tags`, undefined, signal),
  });

/** One step of the way through a datalake: where the files stand that a filter lets through. */
export const placesStep = (datalake: string, q: string, after: number | null, signal: AbortSignal): Promise<Places> =>
  get<Places>(`/datalakes/${datalake}/places`, { q, after }, signal);

/** The files of a datalake, for a grid that shows any place of their list. */
export const filesSource = (datalake: string, q: string) => ({
  key: ["datalakes", "within", datalake, q],
  fetch: ({ stretches, skip, limit }: Cut, signal: AbortSignal) =>
    get<Page<DataFile>>(`/datalakes/${datalake}/within`, { q, stretch: stretches, skip, limit }, signal),
});

export const dataQuery = (data: string) =>
  queryOptions({
    queryKey: ["datalakes", "one", data],
    queryFn: ({ signal }) => get<DataDetail>(`/data/${data}`, undefined, signal),
    placeholderData: keepPreviousData,
  });

/** Some files by their ids, or all that a text of the search box finds. */
export type Chosen = { data_ids: string[] } | { q: string };

interface Step {
  count: number;
  next: number | null;
}

/** Does something to all that is chosen, step by step; tells how many after each. */
async function stepwise(path: string, chosen: Chosen, body: object, tell: (done: number) => void): Promise<number> {
  let done = 0;
  let after: number | null = null;
  do {
    const step: Step = await post<Step>(path, { ...chosen, ...body, ...(after !== null && { after }) });
    done += step.count;
    after = step.next;
    tell(done);
  } while (after !== null);
  return done;
}

export const tagData = (datalake: string, chosen: Chosen, add: string[], remove: string[], tell: (done: number) => void) =>
  stepwise(`/datalakes/${datalake}/tag`, chosen, { add, remove }, tell);

export const deleteData = (datalake: string, chosen: Chosen, tell: (done: number) => void) =>
  stepwise(`/datalakes/${datalake}/delete`, chosen, {}, tell);

export const addToVersion = (datalake: string, chosen: Chosen, version: string) =>
  post<Job>(`/datalakes/${datalake}/add-to-version`, { ...chosen, version_id: version }, crypto.randomUUID());

// --- upload ------------------------------------------------------------------------------------------

export interface Known {
  state: "missing" | "same" | "renamed";
  data: { id: string; name: string }[];
}

export const knownFiles = (datalake: string, files: { filename: string; sha256: string }[]) =>
  post<{ items: Known[] }>(`/datalakes/${datalake}/known`, { files });

export async function sendFile(datalake: string, file: File): Promise<{ id: string | null; error: string | null }> {
  const form = new FormData();
  form.append("files", file, file.name);
  const answer = await send<{ items: { id: string | null; error: string | null }[] }>(`/datalakes/${datalake}/data`, form);
  return answer.items[0] ?? { id: null, error: "The server took no file." };
}
