import { useKept } from "../../components/kept";

export const TIMESTAMPS = ["off", "utc", "local", "relative"] as const;
export type Timestamps = (typeof TIMESTAMPS)[number];

export interface LogSettings {
  timestamps: Timestamps;
  wrap: boolean;
}

export const afterThat = (value: Timestamps): Timestamps => TIMESTAMPS[(TIMESTAMPS.indexOf(value) + 1) % TIMESTAMPS.length] ?? "off";

/** How this reader likes logs; kept in the browser. */
export function useLogSettings(): [LogSettings, (change: Partial<LogSettings>) => void] {
  const [settings, setSettings] = useKept("safelight.log", settingsOf);
  return [settings, (part) => setSettings({ ...settings, ...part })];
}

function settingsOf(stored: unknown): LogSettings {
  const narrow = window.matchMedia("(max-width: 760px)").matches;
  const usual: LogSettings = { timestamps: narrow ? "off" : "local", wrap: narrow };
  return { ...usual, ...(stored as Partial<LogSettings> | null) };
}
