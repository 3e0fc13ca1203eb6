import { expect, test } from "vitest";
import { notices } from "./notices";

const run = { status: "RUNNING" as const, no_heartbeat_since: null, stop: null, waiting: null, kept: false };
const stop = { requested_at: "2026-11-23T12:00:00Z", by: { id: "1", name: "ada" }, grace_s: 30, kill_at: null };

test("a healthy run has nothing to say", () => {
  expect(notices(run)).toEqual([]);
});

test("a silent run says since when, a waiting one why", () => {
  expect(notices({ ...run, no_heartbeat_since: "2026-11-23T12:03:00Z" })[0]).toMatch(/^No heartbeat since \d\d:03:00/);
  expect(notices({ ...run, status: "QUEUED", waiting: "first in line" })).toEqual(["first in line"]);
});

test("who stopped a run is said, while it stops and after", () => {
  expect(notices({ ...run, stop })[0]).toMatch(/^Stop asked for by ada/);
  expect(notices({ ...run, status: "KILLED", stop, kept: true })).toEqual([
    expect.stringMatching(/^Stopped by ada/),
    "It was stopped early, and what it had stored is kept.",
  ]);
});
