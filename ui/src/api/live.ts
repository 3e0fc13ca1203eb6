/** Carries the server's events into the caches, so that what is shown changes in place. */
import { type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { openFeed, type FeedState, type ProgressNews, type ServerEvent } from "./events";
import { jobQuery } from "./jobs";
import { get } from "./client";
import type { Job, JobRow, Page, Run } from "./types";

type Rows = InfiniteData<Page<JobRow>>;
type Listener = (event: ServerEvent) => void;

const GATHER_MS = 200;
const ONE_BY_ONE = 8;

export class Live {
  state: FeedState = "connecting";
  private changed = new Set<string>();
  // One question after the other, so that an older answer never comes behind a newer one.
  private asked: Promise<unknown> = Promise.resolve();
  private timer = 0;
  private watchers = new Set<() => void>();
  private listeners = new Set<Listener>();

  constructor(private readonly cache: QueryClient) {}

  /** Follow what happens after this event; ends with the returned function. */
  open(after: number): () => void {
    const close = openFeed(after, {
      event: (event) => this.take(event),
      progress: (news) => this.progress(news),
      gap: () =>
        this.ask(() => this.cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "session" })),
      state: (state) => {
        this.state = state;
        for (const tell of this.watchers) tell();
      },
    });
    return () => {
      close();
      window.clearTimeout(this.timer);
    };
  }

  /** For useSyncExternalStore. */
  watch = (tell: () => void): (() => void) => {
    this.watchers.add(tell);
    return () => this.watchers.delete(tell);
  };

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ask again for jobs of which an older answer has just been shown. */
  refresh(jobs: string[]): void {
    for (const job of jobs) this.gather(job);
  }

  private take(event: ServerEvent): void {
    if (event.run_id) void this.cache.invalidateQueries({ queryKey: ["runs", event.run_id] });
    if (event.job_id) this.gather(event.job_id);
    else void this.cache.invalidateQueries({ predicate: (query) => touches(event, query.queryKey) });
    for (const listener of this.listeners) listener(event);
  }

  private gather(job: string): void {
    this.changed.add(job);
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      this.ask(() => this.fetchChanged());
    }, GATHER_MS);
  }

  private ask(question: () => Promise<unknown>): void {
    this.asked = this.asked.then(question).catch(() => undefined); // what failed is asked again with the next event
  }

  private async fetchChanged(): Promise<void> {
    const ids = [...this.changed];
    this.changed.clear();
    void this.cache.invalidateQueries({ queryKey: ["jobs", "counts"] });
    void this.cache.invalidateQueries({ queryKey: ["jobs", "of"] });
    if (ids.length > ONE_BY_ONE) {
      await this.cache.invalidateQueries({ queryKey: ["jobs"] });
      return;
    }
    await Promise.allSettled(ids.map((id) => this.fetchJob(id)));
  }

  private async fetchJob(id: string): Promise<void> {
    const job = await get<Job>(`/jobs/${id}`);
    if (this.cache.getQueryData(jobQuery(id).queryKey)) this.cache.setQueryData(jobQuery(id).queryKey, job);
    this.patch(id, () => job);
    // objects that a finished job has changed
    if (job.finished_at) await this.cache.invalidateQueries({ predicate: (query) => isObject(query.queryKey) });
  }

  private progress({ job_id, run_id, progress }: ProgressNews): void {
    this.patch(job_id, (row) => (row.run_id === run_id ? { ...row, progress } : row));
    this.cache.setQueryData<Run>(["runs", run_id], (run) => run && { ...run, progress });
    this.cache.setQueryData<Job>(
      ["jobs", "one", job_id],
      (job) => job && (job.run_id === run_id ? { ...job, progress } : job),
    );
  }

  private patch(id: string, change: (row: JobRow) => JobRow): void {
    this.cache.setQueriesData<Rows>({ queryKey: ["jobs", "list"] }, (rows) => rows && patchRows(rows, id, change));
    this.cache.setQueriesData<Page<JobRow>>({ queryKey: ["jobs", "of"] }, (page) => page && patchPage(page, id, change));
  }
}

export function patchRows(rows: Rows, id: string, change: (row: JobRow) => JobRow): Rows {
  if (!rows.pages.some((page) => page.items.some((row) => row.id === id))) return rows;
  return {
    ...rows,
    pages: rows.pages.map((page) => patchPage(page, id, change)),
  };
}

function patchPage(page: Page<JobRow>, id: string, change: (row: JobRow) => JobRow): Page<JobRow> {
  return { ...page, items: page.items.map((row) => (row.id === id ? change(row) : row)) };
}

const OBJECTS = new Set(["datasets", "versions", "experiments", "projects", "datalakes", "processings"]);

const isObject = (key: readonly unknown[]): boolean => OBJECTS.has(String(key[0]));

function touches(event: ServerEvent, key: readonly unknown[]): boolean {
  if (event.kind.startsWith("dataset")) return key[0] === "datasets" || key[0] === "versions";
  if (event.kind.startsWith("experiment")) return key[0] === "experiments" || key[0] === "projects";
  return isObject(key);
}
