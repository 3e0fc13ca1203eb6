import { useState } from "react";

export const TIMESTAMPS = ["off", "utc", "local", "relative"] as const;
export type Timestamps = (typeof TIMESTAMPS)[number];

export interface LogSettings {
  timestamps: Timestamps;
  wrap: boolean;
}

export const afterThat = (value: Timestamps): Timestamps => TIMESTAMPS[(TIMESTAMPS.indexOf(value) + 1) % TIMESTAMPS.length] ?? "off";

const KEY = "safelight.log";

/** How this reader likes logs; kept in the browser. */
export function useLogSettings(): [LogSettings, (change: Partial<LogSettings>) => void] {
  const [settings, setSettings] = useState(stored);
  const change = (part: Partial<LogSettings>) => {
    const next = { ...settings, ...part };
    setSettings(next);
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
    } catch {
      // storage is closed to us: it holds until the page is left
    }
  };
  return [settings, change];
}

function stored(): LogSettings {
  const narrow = window.matchMedia("(max-width: 760px)").matches;
  const usual: LogSettings = { timestamps: narrow ? "off" : "local", wrap: narrow };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<LogSettings>) };
  } catch {
    return usual;
  }
}
