import { get, link } from "./client";
import type { LogHits, LogPage, LogSection, RunStatus, Stream } from "./types";

/** Characters of a line that are fetched at first: a longer one is fetched whole when one asks for it. */
const width = 2000;

export const logFrom = (run: string, line: number, limit: number, signal?: AbortSignal): Promise<LogPage> =>
  get(`/runs/${run}/log`, { line, limit, width }, signal);

export const logTail = (run: string, tail: number, signal?: AbortSignal): Promise<LogPage> =>
  get(`/runs/${run}/log`, { tail, width }, signal);

/** Lines of one stream, from its `nth` on. */
export const logOfStream = (run: string, stream: Stream, nth: number, limit: number, signal?: AbortSignal): Promise<LogPage> =>
  get(`/runs/${run}/log`, { stream, nth, limit, width }, signal);

export const wholeLine = (run: string, line: number, signal?: AbortSignal): Promise<LogPage> =>
  get(`/runs/${run}/log`, { line, limit: 1 }, signal);

export interface Search {
  q: string;
  regex: boolean;
  stream?: Stream | undefined;
  /** The number of the only section to look in. */
  section?: number | undefined;
  /** Alone: the last hits before this line. */
  before?: number;
  limit?: number;
  /** So many lines around each hit. */
  around?: number;
}

export const searchLog = (run: string, search: Search, after: number, signal?: AbortSignal): Promise<LogHits> =>
  get(`/runs/${run}/log/search`, { limit: 500, ...search, after }, signal);

/** Lines as text, for the clipboard. */
export async function logText(run: string, first: number, last: number): Promise<string> {
  let text = "";
  for (let line = first; line <= last;) {
    const page = await get<LogPage>(`/runs/${run}/log`, { line, limit: Math.min(2000, last - line + 1) });
    if (!page.lines.length) break;
    for (const each of page.lines) text += each.text + (each.partial ? "" : "\n");
    line = page.next_line;
  }
  return text;
}

/** Some lines as a file. */
export const linesFile = (run: string, first: number, last: number): string =>
  link(`/runs/${run}/log/download`, { format: "text", timestamps: false, first, last });

export const logFile = (run: string, format: "text" | "json", timestamps: boolean): string =>
  link(`/runs/${run}/log/download`, { format, timestamps });

export type Follow = Pick<LogPage, "lines" | "open" | "total_lines" | "stream_lines">;

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
    const stream = new EventSource(link(`/runs/${run}/log/follow`, { line: line(), newest: true, width }));
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
