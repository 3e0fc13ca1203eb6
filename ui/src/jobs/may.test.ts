import { expect, test } from "vitest";
import { whyNoRerun, whyNoStop } from "./may";

const run = { triggered_by: { id: "1", name: "ada" } };
const ended = { status: "FAILED" as const, run_number: 2, rerunnable: true };
const ada = { id: "1", role: "member" as const };

test("who launched a job and who manages them may run it again and stop it", () => {
  for (const who of [ada, { id: "2", role: "admin" as const }, { id: "3", role: "owner" as const }]) {
    expect(whyNoRerun(ended, run, who)).toBeNull();
    expect(whyNoStop(run, who)).toBeNull();
  }
});

test("others are told who could", () => {
  const bob = { id: "2", role: "member" as const };
  expect(whyNoRerun(ended, run, bob)).toBe("Only ada or an admin can run it again");
  expect(whyNoStop(run, bob)).toBe("Only ada or an admin can stop it");
  expect(whyNoStop(run, { id: "1", role: "viewer" })).toMatch(/^A viewer looks on/);
});

test("a run that has not ended, and a job that runs elsewhere, say so", () => {
  expect(whyNoRerun({ ...ended, status: "RUNNING", rerunnable: false }, run, ada)).toBe("Run 2 has not ended yet");
  expect(whyNoRerun({ ...ended, rerunnable: false }, run, ada)).toBe("This job cannot be run again from here");
});
