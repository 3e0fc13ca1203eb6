/** Hashes of files by a web worker, one file at a time, so that memory holds one. */
import { sha256 } from "./sha256";

interface Waiting {
  file: File;
  tell: (hex: string | null) => void;
}

export class Hashing {
  private worker: Worker | null = null;
  private waiting = new Map<number, Waiting>();
  private last = 0;

  /** The SHA-256 in hex; null where this browser cannot tell, or the file cannot be read. */
  of(file: File): Promise<string | null> {
    if (!window.isSecureContext) return Promise.resolve(null); // without https browsers keep hashes back
    const worker = (this.worker ??= this.start());
    const number = ++this.last;
    return new Promise((tell) => {
      this.waiting.set(number, { file, tell });
      worker.postMessage({ number, file });
    });
  }

  private start(): Worker {
    const worker = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ number: number; hex: string | null }>) => {
      this.waiting.get(data.number)?.tell(data.hex);
      this.waiting.delete(data.number);
    };
    worker.onerror = () => void this.withoutIt(); // its code could not be loaded: the connection is away
    return worker;
  }

  private async withoutIt(): Promise<void> {
    this.worker = null;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const { file, tell } of waiting) tell(await sha256(file));
  }
}
