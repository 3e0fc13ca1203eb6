import { expect, test } from "vitest";
import type { Progress } from "../api/types";
import { lineOf, progressText } from "./line";

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
  expect(lineOf({ ...job, status: "FAILED", failure: { kind: "lost", message: "Gone." } })).toEqual({ tone: "bad", text: "Gone." });
  expect(lineOf({ ...job, status: "QUEUED", waiting: "second in line" })?.text).toBe("second in line");
});

test("a stopped job says where it stood", () => {
  expect(lineOf({ ...job, status: "KILLED", progress })?.text).toBe("stopped at 7,431 of 12,000 pictures");
  expect(lineOf({ ...job, status: "KILLED", kept: true })?.text).toBe("stopped early, what was done is kept");
});
