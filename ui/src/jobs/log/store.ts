/** The lines of one run's log that this page has: by chunks, asked for when they come into sight. */
import { followLog, type Follow, logFrom, logTail } from "../../api/log";
import type { LogLine, LogPage, LogSection, Stream } from "../../api/types";

export const CHUNK = 500;
const KEPT_CHUNKS = 80;

export interface LogState {
  total: number;
  complete: boolean;
  /** The run goes on and its log grows. */
  following: boolean;
  sections: LogSection[];
  open: Partial<Record<Stream, string>>;
  loaded: boolean;
  error: Error | null;
}

const EMPTY: LogState = { total: 0, complete: false, following: false, sections: [], open: {}, loaded: false, error: null };

export class LogLines {
  state: LogState = EMPTY;
  private version = 0;
  private chunks = new Map<number, (LogLine | undefined)[]>();
  private asked = new Set<number>();
  private readers = new Set<() => void>();
  private abort = new AbortController();
  private stopFollowing: (() => void) | null = null;
  private frame = 0;
  private timer = 0;

  constructor(private readonly run: string) {}

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
    this.stopFollowing = followLog(this.run, () => this.state.total + 1, {
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

  private async load(chunk: number): Promise<void> {
    this.asked.add(chunk);
    const page = await this.ask(() => logFrom(this.run, chunk * CHUNK + 1, CHUNK, this.abort.signal));
    this.asked.delete(chunk);
    if (!page) return;
    this.put(page.lines);
    this.forgetFarFrom(chunk);
    this.changed();
  }

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
    this.put(page.lines);
    const { complete, sections, open } = page;
    this.set({ total: Math.max(this.state.total, page.total_lines), complete, sections, open, loaded: true });
  }

  private append(news: Follow): void {
    this.put(news.lines);
    const last = news.lines.at(-1)?.n ?? 0;
    this.set({ total: Math.max(this.state.total, last, news.total_lines), open: news.open });
  }

  private put(lines: LogLine[]): void {
    for (const line of lines) {
      const chunk = chunkOf(line.n);
      let kept = this.chunks.get(chunk);
      if (!kept) this.chunks.set(chunk, (kept = []));
      kept[(line.n - 1) % CHUNK] = line;
    }
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
