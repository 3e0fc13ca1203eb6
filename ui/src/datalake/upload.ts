/** An upload of many files: what is there already is told before it is sent, and all can be paused and tried again. */
import { useSyncExternalStore } from "react";
import { ApiError } from "../api/client";
import { type Known, knownFiles, sendFile } from "../api/datalakes";
import { Hashing } from "./hashing";

export type FileState = "waiting" | "sending" | "sent" | "there" | "duplicate" | "refused";

export interface Item {
  file: File;
  state: FileState;
  /** Why it was refused. */
  error: string;
  /** The name under which the same content is there. */
  of: string;
  /** Sent although its content is there. */
  anyway: boolean;
}

export interface Shown {
  files: number;
  bytes: number;
  done: number;
  doneBytes: number;
  sent: number;
  there: number;
  duplicates: Item[];
  refused: Item[];
  paused: boolean;
  running: boolean;
  /** Bytes a second, over all the time that it ran. */
  rate: number;
  /** The connection is gone; it goes on by itself when it is back. */
  away: boolean;
}

const AT_ONCE = 3;
const ASKED_AT_ONCE = 16;
const AWAY_MS = 2000;

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const pause = (ms: number) => new Promise((go) => window.setTimeout(go, ms));

export class Upload {
  private items: Item[] = [];
  private next = 0;
  private workers = 0;
  private paused = false;
  private away = false;
  private ranMs = 0;
  private since = 0;
  private hashing = new Hashing();
  private readers = new Set<() => void>();
  private shown: Shown = this.look();

  constructor(
    private readonly datalake: string,
    private readonly onEnd: () => void,
  ) {}

  read = (): Shown => this.shown;

  watch = (tell: () => void): (() => void) => {
    this.readers.add(tell);
    return () => this.readers.delete(tell);
  };

  add(files: File[]): void {
    for (const file of files) this.items.push({ file, state: "waiting", error: "", of: "", anyway: false });
    this.go();
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.go();
  }

  /** Those that were refused once more. */
  retry(): void {
    this.again(({ state }) => state === "refused", false);
  }

  /** Also those whose content is there under another name. */
  addDuplicates(): void {
    this.again(({ state }) => state === "duplicate", true);
  }

  /** Lets go of what has ended, and of what has not begun. */
  clear(): void {
    this.items = this.items.filter(({ state }) => state === "sending");
    this.next = this.items.length;
    this.ranMs = 0;
    this.tell();
  }

  private again(which: (item: Item) => boolean, anyway: boolean): void {
    const chosen = this.items.filter(which);
    this.items = this.items.filter((item) => !chosen.includes(item));
    this.next = Math.min(this.next, this.items.findIndex(({ state }) => state === "waiting"));
    if (this.next < 0) this.next = this.items.length;
    for (const { file } of chosen) this.items.push({ file, state: "waiting", error: "", of: "", anyway });
    this.go();
  }

  private go(): void {
    if (!this.paused && this.workers === 0 && this.next < this.items.length) this.since = Date.now();
    while (!this.paused && this.workers < AT_ONCE && this.next < this.items.length) {
      this.workers += 1;
      void this.work();
    }
    this.tell();
  }

  private async work(): Promise<void> {
    while (!this.paused && this.next < this.items.length) {
      const some = this.items.slice(this.next, this.next + ASKED_AT_ONCE);
      this.next += some.length;
      for (const item of some) item.state = "sending";
      await this.take(some);
    }
    this.workers -= 1;
    if (this.workers > 0) return;
    this.ranMs += Date.now() - this.since;
    this.since = 0;
    this.tell();
    this.onEnd();
  }

  private async take(some: Item[]): Promise<void> {
    const hashes: (string | null)[] = [];
    for (const { file } of some) hashes.push(await this.hashing.of(file));
    const known = await this.patiently(() => this.known(some, hashes)).catch((error: unknown) => {
      for (const item of some) this.refuse(item, wordsOf(error));
      return [];
    });
    for (const [place, item] of some.entries()) {
      if (item.state === "refused") continue;
      if (this.paused) {
        item.state = "waiting";
        continue;
      }
      const found = known[place];
      if (found?.state === "same") item.state = "there";
      else if (found?.state === "renamed" && !item.anyway) {
        item.state = "duplicate";
        item.of = found.data[0]?.name ?? "";
      } else await this.send(item);
      this.tell();
    }
    this.putBack(some.filter(({ state }) => state === "waiting"));
  }

  /** What a pause has left of a handful waits at the end. */
  private putBack(some: Item[]): void {
    if (!some.length) return;
    this.items = [...this.items.filter((item) => !some.includes(item)), ...some];
    this.next -= some.length;
    this.tell();
  }

  private async known(some: Item[], hashes: (string | null)[]): Promise<(Known | undefined)[]> {
    const told = some.flatMap(({ file }, place) => {
      const sha256 = hashes[place];
      return sha256 ? [{ place, filename: file.name, sha256 }] : [];
    });
    const result: (Known | undefined)[] = some.map(() => undefined);
    if (!told.length) return result;
    const { items } = await knownFiles(this.datalake, told.map(({ filename, sha256 }) => ({ filename, sha256 })));
    for (const [at, { place }] of told.entries()) result[place] = items[at];
    return result;
  }

  private async send(item: Item): Promise<void> {
    if (item.file.size === 0) {
      this.refuse(item, "It is empty.");
      return;
    }
    try {
      const { error } = await this.patiently(() => sendFile(this.datalake, item.file));
      if (error) this.refuse(item, error);
      else item.state = "sent";
    } catch (error) {
      this.refuse(item, wordsOf(error));
    }
  }

  private refuse(item: Item, error: string): void {
    item.state = "refused";
    item.error = error;
  }

  /** Tried again for as long as the server does not answer at all. */
  private async patiently<T>(step: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await step();
        this.away = false;
        return answer;
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 0 && error.status !== 503)) throw error;
        this.away = true;
        this.tell();
        await pause(AWAY_MS);
      }
    }
  }

  private tell(): void {
    this.shown = this.look();
    for (const reader of this.readers) reader();
  }

  private look(): Shown {
    const over = this.items.filter(({ state }) => state !== "waiting" && state !== "sending");
    const size = (some: Item[]) => some.reduce((sum, { file }) => sum + file.size, 0);
    const doneBytes = size(over);
    const ms = this.ranMs + (this.since ? Date.now() - this.since : 0);
    return {
      files: this.items.length,
      bytes: size(this.items),
      done: over.length,
      doneBytes,
      sent: over.filter(({ state }) => state === "sent").length,
      there: over.filter(({ state }) => state === "there").length,
      duplicates: over.filter(({ state }) => state === "duplicate"),
      refused: over.filter(({ state }) => state === "refused"),
      paused: this.paused,
      running: this.workers > 0,
      rate: ms > 0 ? (doneBytes / ms) * 1000 : 0,
      away: this.away,
    };
  }
}

export const useShown = (upload: Upload): Shown => useSyncExternalStore(upload.watch, upload.read);
