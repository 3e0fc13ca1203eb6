import { createContext, use, useEffect, useSyncExternalStore } from "react";
import type { ServerEvent } from "../api/events";
import type { Live } from "../api/live";

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error("only below the shell");
  return live;
}

/** Whether news arrive at this moment. */
export function useIsLive(): boolean {
  const live = useLive();
  return useSyncExternalStore(live.watch, () => live.state === "live");
}

export function useServerEvents(listener: (event: ServerEvent) => void): void {
  const live = useLive();
  useEffect(() => live.listen(listener), [live, listener]);
}
