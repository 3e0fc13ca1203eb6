import { expect, test } from "vitest";
import { pause, told } from "./events";

test.each([
  ["run_created", { number: 2 }, "Asked for"],
  ["run_queued", { engine: "local" }, "Handed to the engine local"],
  ["run_given_back", {}, "Given back by its engine before it started"],
  ["run_started", {}, "Started"],
  ["run_resumed", { paused_at: 5 }, "Paused while Safelight was upgraded, begins again"],
  ["run_resumed", { why: "its process was killed", checkpoint: "" }, "Cut off, as its process was killed"],
  ["run_declared", { declared: "fail" }, "The script said that it failed"],
  ["run_stop_requested", { grace_s: 30 }, "Stop asked for, 30 s to end"],
  ["run_stop_requested", { grace_s: 0 }, "Kill asked for"],
  ["run_ended", { status: "SUCCEEDED" }, "Ended: Success"],
])("%s %o is told as a sentence", (kind, facts, text) => {
  expect(told({ kind, facts }).text).toBe(text);
});

test("an operation that was cut off says from where it went on", () => {
  const why = "its process was killed";
  expect(told({ kind: "run_resumed", facts: { why, checkpoint: "2 of 5 pictures written" } }).more).toBe(
    "went on from its checkpoint: 2 of 5 pictures written",
  );
  expect(told({ kind: "run_resumed", facts: { why, checkpoint: "" } }).more).toBe("went on from its beginning");
});

test("an end says why", () => {
  const facts = { status: "FAILED", failure: { kind: "lost", message: "Nothing was heard of it." } };
  expect(told({ kind: "run_ended", facts })).toEqual({ text: "Ended: Failure", more: "Nothing was heard of it.", status: "FAILED" });
});

test("a report that came too late says what, how, and that it changes nothing", () => {
  expect(told({ kind: "run_late_report", facts: { status: "SUCCEEDED", exit_code: 0, signal: null } })).toEqual({
    text: "Reported Success after it had been given up, exit code 0",
    more: "The first end counts, so the status stays.",
  });
  expect(told({ kind: "run_late_report", facts: { status: "FAILED", exit_code: null, signal: 9 } }).text).toMatch(/by signal 9$/);
});

test("another try says which it is, why, and when; and if there is none, why not", () => {
  const ready_at = new Date(2026, 10, 28, 14, 2, 7).getTime() * 1000;
  const facts = { after: 1, number: 1, times: 3, ready_at, failure: { kind: "lost", message: "Nothing was heard of it." } };
  expect(told({ kind: "run_retried", facts })).toEqual({
    text: "Try 1 of 3, as run 1 failed",
    more: "Nothing was heard of it. · not before 14:02:07",
  });
  const reason = "The version 'apples/v2' exists already.";
  expect(told({ kind: "run_not_retried", facts: { after: 1, failure: {}, reason } })).toEqual({ text: "Not tried again", more: reason });
});

test("an event that nobody knows is told by its own words", () => {
  expect(told({ kind: "run_moved_house", facts: { to_place: "cellar" } })).toEqual({
    text: "Moved house",
    more: "to place cellar",
  });
});

test("the time since the event before is said, the first has none", () => {
  expect(pause(65_000, 0)).toBe("after 1 min 05 s");
  expect(pause(5, null)).toBeNull();
  expect(pause(5, 5)).toBeNull();
});
