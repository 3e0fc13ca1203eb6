/** Computes hashes of files away from the page's own thread. */
import { sha256 } from "./sha256";

self.onmessage = async ({ data: { number, file } }: MessageEvent<{ number: number; file: File }>) => {
  self.postMessage({ number, hex: await sha256(file) });
};
