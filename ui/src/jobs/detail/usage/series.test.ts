import { expect, test } from "vitest";
import { bandsOf, columns, elapsed, isMeasured } from "./series";

const START = Date.parse("2026-11-23T01:00:00Z");
const sample = (second: number, cpu: number | null) => ({
  at: new Date(START + second * 1000).toISOString(),
  cpu,
  memory: null,
  gpu: null,
  disk: null,
});

test("samples become seconds since the start and values", () => {
  expect(columns([sample(5, 1), sample(10, 2)], "cpu", START)).toEqual([
    [5, 10],
    [1, 2],
  ]);
});

test("a silence is a gap, not a line across it", () => {
  expect(columns([sample(5, 1), sample(60, 2)], "cpu", START)).toEqual([
    [5, 6, 60],
    [1, null, 2],
  ]);
});

test("what no sample has was not measured", () => {
  expect(isMeasured([sample(5, null)], "cpu")).toBe(false);
  expect(isMeasured([sample(5, null), sample(10, 0)], "cpu")).toBe(true);
});

const section = (name: string, from: number, to: number | null) => ({
  number: 1,
  name,
  line: 1,
  end_line: null,
  started_at: new Date(START + from * 1000).toISOString(),
  ended_at: to === null ? null : new Date(START + to * 1000).toISOString(),
});

test("sections become bands, one beside the other; an open one reaches to now", () => {
  const sections = [section("Load", 0, 10), section("Read", 2, 8), section("Train", 10, null)];
  expect(bandsOf(sections, START, START + 30_000)).toEqual([
    { name: "Load", from: 0, to: 10 },
    { name: "Train", from: 10, to: 30 },
  ]);
});

test.each([
  [0, "0:00"],
  [65, "1:05"],
  [3725, "1:02:05"],
])("%i s into a run is said as %s", (seconds, said) => {
  expect(elapsed(seconds)).toBe(said);
});
