import { expect, test } from "vitest";
import cases from "../../../tests/domain/durations.json?raw";
import { ago, duration, roughly, since, sinceDay, ticking } from "./times";

const MIN = 60_000;

test.each(JSON.parse(cases) as [number, string][])("%i ms is said as %s", (ms, said) => {
  expect(duration(ms)).toBe(said);
});

test("a running clock shows whole seconds only", () => {
  expect(ticking(5_312)).toBe("5 s");
  expect(ticking(154_900)).toBe("2 min 34 s");
});

test.each([
  [4, "a few seconds"],
  [42, "40 s"],
  [95, "1 min 35 s"],
  [119, "2 min"],
  [1234, "21 min"],
  [4200, "1 h 10 min"],
])("%i s left is said as %s", (seconds, said) => {
  expect(roughly(seconds)).toBe(said);
});

test("time since is said by its distance", () => {
  const now = new Date(2026, 10, 23, 14, 0).getTime();
  expect(ago(now - 5_000, now)).toBe("just now");
  expect(ago(now - 2 * MIN, now)).toBe("2 min ago");
  expect(ago(now - 3 * 60 * MIN, now)).toBe("3 h ago");
  expect(ago(now - 24 * 60 * MIN, now)).toBe("yesterday");
  expect(ago(new Date(2026, 10, 12).getTime(), now)).toBe("12 Nov");
  expect(ago(new Date(2025, 10, 12).getTime(), now)).toBe("12 Nov 2025");
});

test("time in a log counts from the start of the run", () => {
  expect(since(4_120)).toBe("+0:04.120");
  expect(since(3_725_001)).toBe("+1:02:05.001");
});

test("since when is said by the day, of today by the clock", () => {
  const now = new Date(2026, 10, 26, 14, 0).getTime();
  const at = (date: number) => new Date(2026, 10, date, 9, 5).getTime();
  expect([26, 25, 24, 20, 12].map((date) => sinceDay(at(date), now))).toEqual(["09:05:00", "yesterday", "Tuesday", "Friday", "12 Nov"]);
});
