import { get, link } from "./client";
import type { LogHits, LogPage, LogSection, RunStatus, Stream } from "./types";

export const logFrom = (run: string, line: number, limit: number, signal?: AbortSignal): Promise<LogPage> =>
  get(`/runs/${run}/log`, { line, limit }, signal);

export const logTail = (run: string, tail: number, signal?: AbortSignal): Promise<LogPage> =>
  get(`/runs/${run}/log`, { tail }, signal);

export interface Search {
  q: string;
  regex: boolean;
  stream?: Stream | undefined;
}

export const searchLog = (run: string, search: Search, after: number, signal?: AbortSignal): Promise<LogHits> =>
  get(`/runs/${run}/log/search`, { ...search, after, limit: 500 }, signal);

export const logFile = (run: string, format: "text" | "json", timestamps: boolean): string =>
  link(`/runs/${run}/log/download`, { format, timestamps });

export type Follow = Pick<LogPage, "lines" | "open" | "total_lines">;

interface Listener {
  lines: (news: Follow) => void;
  /** Sections have changed; without them the listener must ask. */
  sections: (known?: LogSection[]) => void;
  /** Whether the server is there at the moment. */
  connected: (is: boolean) => void;
  end: (last: { status: RunStatus; complete: boolean }) => void;
}

/** Follows a growing log from `line` on. Answers the function that stops it. */
export function followLog(run: string, line: () => number, listener: Listener): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let wait = 500;
  const open = () => {
    const stream = new EventSource(link(`/runs/${run}/log/follow`, { line: line() }));
    source = stream;
    stream.addEventListener("lines", (event: MessageEvent<string>) => {
      wait = 500;
      listener.lines(JSON.parse(event.data) as Follow);
    });
    // those that began before the stream did are not told by it
    stream.onopen = () => {
      listener.connected(true);
      listener.sections();
    };
    stream.addEventListener("section", (event: MessageEvent<string>) => {
      listener.sections((JSON.parse(event.data) as { sections?: LogSection[] }).sections);
    });
    stream.addEventListener("end", (event: MessageEvent<string>) => {
      stream.close();
      listener.end(JSON.parse(event.data) as { status: RunStatus; complete: boolean });
    });
    // reopened by us, not by the browser: only we know how far we have read
    stream.onerror = () => {
      stream.close();
      listener.connected(false);
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, 10_000);
    };
  };
  open();
  return () => {
    window.clearTimeout(timer);
    source?.close();
  };
}
