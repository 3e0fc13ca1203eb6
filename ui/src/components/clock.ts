import { useSyncExternalStore } from "react";

/** One clock per pace for the whole page, so that everything ticks together. */
class Clock {
  private now = Date.now();
  private timer = 0;
  private readers = new Set<() => void>();

  constructor(private readonly pace: number) {}

  read = (): number => this.now;

  watch = (tell: () => void): (() => void) => {
    this.readers.add(tell);
    if (this.readers.size === 1) {
      this.now = Date.now();
      this.timer = window.setInterval(() => this.tick(), this.pace);
    }
    return () => {
      this.readers.delete(tell);
      if (this.readers.size === 0) window.clearInterval(this.timer);
    };
  };

  private tick(): void {
    this.now = Date.now();
    for (const tell of this.readers) tell();
  }
}

const seconds = new Clock(1_000);
const slow = new Clock(15_000);

export const useSecond = (): number => useSyncExternalStore(seconds.watch, seconds.read);
export const useSlowly = (): number => useSyncExternalStore(slow.watch, slow.read);
