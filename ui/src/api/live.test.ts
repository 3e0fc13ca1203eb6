import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { jobsQuery } from "./jobs";
import { Live } from "./live";
import type { JobRow } from "./types";

const row = (status: string) => ({ id: "a", status, finished_at: null }) as unknown as JobRow;

class Source {
  static last: Source;
  onmessage?: (message: { data: string }) => void;
  constructor(readonly address: string) {
    Source.last = this;
  }
  addEventListener() {}
  close() {}
}

type Answer = (row: JobRow) => void;

let answers: Answer[];
let cache: QueryClient;
let live: Live;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener: () => undefined });
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("fetch", () => {
    const asked = new Promise<Response>((resolve) => {
      answers.push((job) => resolve(new Response(JSON.stringify(job), { headers: { "Content-Type": "application/json" } })));
    });
    return asked;
  });
  cache = new QueryClient();
  cache.setQueryData(jobsQuery({}).queryKey, { pages: [{ items: [row("PENDING")], next: null }], pageParams: [null] });
  live = new Live(cache);
  live.open(7);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const happens = (number: number) =>
  Source.last.onmessage?.({ data: JSON.stringify({ number, kind: "run_started", job_id: "a", run_id: null }) });
const shown = () => cache.getQueryData<{ pages: { items: JobRow[] }[] }>(jobsQuery({}).queryKey)?.pages[0]?.items[0]?.status;
const pass = () => vi.advanceTimersByTimeAsync(300);

test("the stream begins at the number that was known before anything was shown", () => {
  expect(Source.last.address).toContain("after=7");
});

test("a slow answer does not come behind a newer one", async () => {
  happens(8);
  await pass();
  happens(9);
  await pass();
  expect(answers).toHaveLength(1); // the second question waits for the first answer
  answers[0]?.(row("PENDING"));
  await pass();
  answers[1]?.(row("RUNNING"));
  await pass();
  expect(shown()).toBe("RUNNING");
});

test("a job that was put into the list late is asked for again", async () => {
  live.refresh(["a"]);
  await pass();
  answers[0]?.(row("RUNNING"));
  await pass();
  expect(shown()).toBe("RUNNING");
});
