/** The event stream of this tab: open while the tab is visible, closed while it is hidden. */
import { link } from "./client";
import type { JsonObject, Progress } from "./types";

export interface ServerEvent {
  number: number;
  at: string;
  kind: string;
  job_id: string | null;
  run_id: string | null;
  user_id: string | null;
  facts: JsonObject;
}

export interface ProgressNews {
  job_id: string;
  run_id: string;
  progress: Progress;
}

export type FeedState = "live" | "connecting";

export interface FeedListener {
  event: (event: ServerEvent) => void;
  progress: (news: ProgressNews) => void;
  /** Events may have been missed: what is shown must be asked for again. */
  gap: () => void;
  state: (state: FeedState) => void;
}

/** `after`: the number of the newest event before anything was asked for that is shown, so that none is missed. */
export function openFeed(after: number, listener: FeedListener): () => void {
  let source: EventSource | null = null;
  let timer = 0;
  let wait = 1000;
  let last = after;
  let resumed = false;

  const close = () => {
    window.clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    const stream = new EventSource(link("/events", { after: last }));
    source = stream;
    stream.addEventListener("hello", () => {
      wait = 1000;
      listener.state("live");
      if (resumed) listener.gap();
      resumed = true;
    });
    stream.onmessage = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as ServerEvent;
      if (event.number <= last) return;
      last = event.number;
      listener.event(event);
    };
    stream.addEventListener("progress", (message: MessageEvent<string>) =>
      listener.progress(JSON.parse(message.data) as ProgressNews),
    );
    stream.onerror = () => {
      close();
      listener.state("connecting");
      timer = window.setTimeout(open, wait);
      wait = Math.min(wait * 2, 15_000);
    };
  };
  const follow = () => (document.visibilityState === "visible" ? open() : close());
  document.addEventListener("visibilitychange", follow);
  follow();
  return () => {
    document.removeEventListener("visibilitychange", follow);
    close();
  };
}
