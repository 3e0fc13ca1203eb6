/** The lines of one run's log that this page has: by chunks, asked for when they come into sight. */
import { followLog, type Follow, logFrom, logOfStream, logTail, wholeLine } from "../../api/log";
import type { LogLine, LogPage, LogSection, Stream } from "../../api/types";

export const CHUNK = 500;
const KEPT_CHUNKS = 80;

export interface LogState {
  /** Lines that can be shown: of the whole log, or of the one stream. */
  total: number;
  /** Lines of each stream. */
  streams: Partial<Record<Stream, number>>;
  complete: boolean;
  /** The log has reached its limit; what came after is not kept. */
  cut: boolean;
  /** Bytes that were announced and have not arrived. */
  missing: number;
  /** The run goes on and its log grows. */
  following: boolean;
  sections: LogSection[];
  open: Partial<Record<Stream, string>>;
  loaded: boolean;
  error: Error | null;
}

const EMPTY: LogState = { total: 0, streams: {}, complete: false, cut: false, missing: 0, following: false, sections: [], open: {}, loaded: false, error: null };

export class LogLines {
  state: LogState = EMPTY;
  private version = 0;
  private chunks = new Map<number, (LogLine | undefined)[]>();
  private asked = new Set<number>();
  private readers = new Set<() => void>();
  private abort = new AbortController();
  private stopFollowing: (() => void) | null = null;
  /** Lines of the whole log. */
  private length = 0;
  private frame = 0;
  private timer = 0;

  /** `stream`: only its lines, numbered by their place in it; each line knows its place in the log. */
  constructor(
    private readonly run: string,
    private readonly stream: Stream | null = null,
  ) {}

  // --- for React ---------------------------------------------------------------------------------

  watch = (tell: () => void): (() => void) => {
    this.readers.add(tell);
    return () => this.readers.delete(tell);
  };

  read = (): number => this.version;

  line(n: number): LogLine | undefined {
    return this.chunks.get(chunkOf(n))?.[(n - 1) % CHUNK];
  }

  // --- loading -----------------------------------------------------------------------------------

  /** Loads the end, which also tells how long the log is, and follows while it grows. */
  open(): () => void {
    this.abort = new AbortController();
    void this.begin();
    const visible = () => (document.visibilityState === "visible" ? void this.begin() : this.halt());
    document.addEventListener("visibilitychange", visible);
    return () => {
      document.removeEventListener("visibilitychange", visible);
      this.abort.abort();
      this.halt();
      window.clearTimeout(this.timer);
      cancelAnimationFrame(this.frame);
      this.frame = 0;
      this.timer = 0;
      this.asked.clear();
    };
  }

  retry = (): void => void this.begin();

  private async begin(): Promise<void> {
    const known = await this.ask(() => logTail(this.run, this.state.loaded ? 1 : CHUNK, this.abort.signal));
    if (!known || this.abort.signal.aborted) return;
    this.take(known);
    if (!known.complete) this.follow();
  }

  private follow(): void {
    if (this.stopFollowing || document.visibilityState !== "visible") return;
    this.set({ following: true });
    this.stopFollowing = followLog(this.run, () => this.length + 1, {
      lines: (news) => this.append(news),
      sections: (known) => (known ? this.set({ sections: known }) : this.askSections()),
      connected: (following) => this.set({ following }),
      end: () => {
        this.halt();
        this.askSections();
      },
    });
  }

  private halt(): void {
    this.stopFollowing?.();
    this.stopFollowing = null;
    this.set({ following: false });
  }

  /** Makes sure that these lines are here, or on their way. */
  need(from: number, to: number): void {
    const last = Math.min(to, this.state.total);
    for (let chunk = chunkOf(Math.max(1, from)); chunk <= chunkOf(last); chunk += 1) {
      if (!this.asked.has(chunk) && !this.has(chunk, from, last)) void this.load(chunk);
    }
  }

  private has(chunk: number, from: number, to: number): boolean {
    const lines = this.chunks.get(chunk);
    if (!lines) return false;
    const end = Math.min(to, (chunk + 1) * CHUNK);
    for (let n = Math.max(from, chunk * CHUNK + 1); n <= end; n += 1) if (!lines[(n - 1) % CHUNK]) return false;
    return true;
  }

  /** Long lines fill an answer before the chunk is whole, so it is asked for until nothing is missing. */
  private async load(chunk: number): Promise<void> {
    this.asked.add(chunk);
    const end = Math.min((chunk + 1) * CHUNK, this.state.total);
    for (let n = this.missingFrom(chunk * CHUNK + 1, end); n <= end; n = this.missingFrom(n, end)) {
      const first = n;
      const page = await this.ask(() => this.lines(first, end - first + 1));
      if (!page?.lines.length) break;
      this.put(page.lines, this.stream ? first : null);
      this.changed();
    }
    this.asked.delete(chunk);
    this.forgetFarFrom(chunk);
    this.changed();
  }

  private lines(first: number, count: number): Promise<LogPage> {
    const { signal } = this.abort;
    return this.stream ? logOfStream(this.run, this.stream, first, count, signal) : logFrom(this.run, first, count, signal);
  }

  private missingFrom(from: number, end: number): number {
    let n = from;
    while (n <= end && this.line(n)) n += 1;
    return n;
  }

  /** The text of a line that was cut. */
  whole = (n: number): void => {
    const known = this.line(n);
    if (!known) return;
    void this.ask(() => wholeLine(this.run, known.n, this.abort.signal)).then((page) => {
      if (!page) return;
      this.put(page.lines, n);
      this.changed();
    });
  };

  private askSections(): void {
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      void this.ask(() => logTail(this.run, 1, this.abort.signal)).then((page) => page && this.take(page));
    }, 250);
  }

  private async ask(question: () => Promise<LogPage>): Promise<LogPage | null> {
    try {
      const page = await question();
      if (this.state.error) this.set({ error: null });
      return page;
    } catch (error) {
      if (!this.abort.signal.aborted) this.set({ error: error as Error });
      return null;
    }
  }

  // --- taking ------------------------------------------------------------------------------------

  private take(page: LogPage): void {
    if (!this.stream) this.put(page.lines, null);
    const { complete, cut, missing, sections, open } = page;
    this.counted(page.total_lines, page.stream_lines);
    this.set({ complete, cut, missing, sections, open, loaded: true });
  }

  private append(news: Follow): void {
    if (!this.stream) this.put(news.lines, null);
    this.counted(Math.max(news.lines.at(-1)?.n ?? 0, news.total_lines), news.stream_lines);
    this.forgetFarFrom(chunkOf(this.state.total));
    this.set({ open: news.open });
  }

  private counted(whole: number, streams: LogState["streams"]): void {
    this.length = Math.max(this.length, whole);
    const total = this.stream ? (streams[this.stream] ?? 0) : this.length;
    this.set({ total: Math.max(this.state.total, total), streams });
  }

  /** `first`: the place of the first of them; else each has the place that its number says. */
  private put(lines: LogLine[], first: number | null): void {
    lines.forEach((line, index) => {
      const place = first === null ? line.n : first + index;
      let kept = this.chunks.get(chunkOf(place));
      if (!kept) this.chunks.set(chunkOf(place), (kept = []));
      kept[(place - 1) % CHUNK] = line;
    });
  }

  private forgetFarFrom(chunk: number): void {
    if (this.chunks.size <= KEPT_CHUNKS) return;
    const far = [...this.chunks.keys()].sort((a, b) => Math.abs(b - chunk) - Math.abs(a - chunk));
    for (const each of far.slice(0, this.chunks.size - KEPT_CHUNKS)) this.chunks.delete(each);
  }

  private set(change: Partial<LogState>): void {
    this.state = { ...this.state, ...change };
    this.changed();
  }

  /** However many lines arrive, the page is drawn once per frame. */
  private changed(): void {
    this.version += 1;
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      for (const tell of this.readers) tell();
    });
  }
}

const chunkOf = (n: number): number => Math.floor((n - 1) / CHUNK);
