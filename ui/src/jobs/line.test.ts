import { expect, test } from "vitest";
import type { Progress } from "../api/types";
import { lineOf, progressText, range } from "./line";

const job = {
  status: "RUNNING" as const,
  progress: null,
  failure: null,
  summary: null,
  waiting: null,
  no_heartbeat_since: null,
  stop_requested_at: null,
  kept: false,
};
const progress: Progress = { done: 7431, total: 12000, unit: "pictures", phase: "", rate: 48.2, eta_s: 95 };

test("a running job says how far it is, how fast, and how long still", () => {
  expect(progressText(progress)).toBe("7,431 of 12,000 pictures · 48.2/s · about 1 min 35 s left");
  expect(lineOf({ ...job, progress })?.fraction).toBeCloseTo(0.619, 3);
});

test("tqdm's \"it\" is no word for people, and the last seconds are not counted", () => {
  expect(progressText({ done: 2, total: 3, unit: "it", phase: "Working", rate: 1, eta_s: 1 })).toBe(
    "Working · 2 of 3 · 1/s · a few seconds left",
  );
});

test("an unknown total gives a moving bar and no promise", () => {
  const line = lineOf({ ...job, progress: { ...progress, total: null, eta_s: null } });
  expect(line).toEqual({ tone: "live", text: "7,431 pictures · 48.2/s", fraction: null });
});

test("slow work names no rate", () => {
  const epochs = { done: 17, total: 50, unit: "epochs", phase: "", rate: 0.008, eta_s: 4200 };
  expect(progressText(epochs)).toBe("epoch 17 of 50 · about 1 h 10 min left");
});

test("a failed job says why, a waiting one what it waits for", () => {
  expect(lineOf({ ...job, status: "FAILED", failure: { kind: "lost", message: "Gone.", cause: "lost", fix: "" } })).toEqual({ tone: "bad", text: "Gone." });
  expect(lineOf({ ...job, status: "QUEUED", waiting: "second in line" })?.text).toBe("second in line");
});

test("a stopped job says where it stood", () => {
  expect(lineOf({ ...job, status: "KILLED", progress })?.text).toBe("stopped at 7,431 of 12,000 pictures");
  expect(lineOf({ ...job, status: "KILLED", kept: true })?.text).toBe("stopped early, what was done is kept");
});

const usual = { low_s: 120, high_s: 180, runs: 5, longer_after_s: 280 };

test("work that does not say how long still says how long it usually takes", () => {
  expect(lineOf({ ...job, usual })?.text).toBe("at work · usually 2–3 min");
  expect(lineOf({ ...job, usual, progress: { ...progress, eta_s: null } })?.text).toBe("7,431 of 12,000 pictures · 48.2/s · usually 2–3 min");
  expect(lineOf({ ...job, usual, progress })?.text).not.toContain("usually");
  expect(lineOf({ ...job, usual: null, is_longer_than_usual: false })?.text).toBe("at work");
});

test("what takes longer than usual says so, whatever it promises", () => {
  expect(lineOf({ ...job, usual, is_longer_than_usual: true, progress })?.text).toContain(" · longer than usual (2–3 min)");
});

test.each([
  [120, 180, "2–3 min"],
  [45, 120, "45 s – 2 min"],
  [20, 21, "20 s"],
  [3, 30, "up to 30 s"],
  [1, 2, "a few seconds"],
  [95, 180, "1 min 35 s – 3 min"],
])("%i to %i s are said as %s", (low_s, high_s, said) => {
  expect(range({ low_s, high_s })).toBe(said);
});
