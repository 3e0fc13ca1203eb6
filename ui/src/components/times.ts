/** Durations and points in time as people say them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 26 ms · 5.3 s · 2 min 34 s · 1 h 52 min · 3 d 4 h */
export function duration(ms: number): string {
  if (ms < 0.5) return "0 s";
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A running clock: whole seconds, so that its width does not dance. */
export function ticking(ms: number): string {
  return ms < 10 * SECOND ? `${Math.max(0, Math.floor(ms / SECOND))} s` : duration(ms);
}

/** How long something will take: rough on purpose. */
export function roughly(seconds: number): string {
  if (seconds < 10) return "a few seconds";
  if (seconds < 60) return `${Math.round(seconds / 5) * 5} s`;
  if (seconds < 600) {
    const rest = Math.round((seconds % 60) / 5) * 5;
    return rest && rest < 60 ? `${Math.floor(seconds / 60)} min ${rest} s` : `${Math.round(seconds / 60)} min`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** just now · 2 min ago · 3 h ago · yesterday · 12 Nov */
export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 45 * SECOND) return ms < -MINUTE ? `in ${roughly(-ms / SECOND)}` : "just now";
  if (ms < HOUR) return `${Math.max(1, Math.round(ms / MINUTE))} min ago`;
  if (ms < 20 * HOUR) return `${Math.round(ms / HOUR)} h ago`;
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY);
  if (days <= 1) return days === 1 ? "yesterday" : `${Math.round(ms / HOUR)} h ago`;
  if (days < 7) return `${days} days ago`;
  return day(at, new Date(at).getFullYear() !== new Date(now).getFullYear());
}

const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** since 14:02:07 · yesterday · Tuesday · 12 Nov */
export function sinceDay(at: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY);
  if (days <= 0) return clock(at);
  if (days === 1) return "yesterday";
  if (days < 7) return WEEKDAYS[new Date(at).getDay()] ?? "";
  return day(at, new Date(at).getFullYear() !== new Date(now).getFullYear());
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export function day(at: number, withYear = true): string {
  const date = new Date(at);
  const text = `${date.getDate()} ${MONTHS[date.getMonth()] ?? ""}`;
  return withYear ? `${text} ${date.getFullYear()}` : text;
}

/** 23 Nov 2026, 14:02:07 in the reader's own zone */
export function exact(at: number): string {
  return `${day(at)}, ${clock(at)}`;
}

export function clock(at: number, utc = false): string {
  const date = new Date(at);
  return utc
    ? `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`
    : `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** 11:42:07.118 */
export function preciseClock(at: number, utc: boolean): string {
  return `${clock(at, utc)}.${String(new Date(at).getUTCMilliseconds()).padStart(3, "0")}`;
}

/** +0:04.120, since the run began */
export function since(ms: number): string {
  const whole = Math.max(0, ms);
  const minutes = Math.floor(whole / MINUTE);
  const rest = ((whole % MINUTE) / SECOND).toFixed(3).padStart(6, "0");
  return minutes < 60 ? `+${minutes}:${rest}` : `+${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${rest}`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
