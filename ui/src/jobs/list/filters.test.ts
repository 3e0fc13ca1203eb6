import { expect, test } from "vitest";
import { chipsOf, jobsSearch, read } from "./filters";

const understood = (text: string, filters: Parameters<typeof read>[1] = {}) => read(text, filters).filters;

test("typed qualifiers become filters and the rest stays text", () => {
  expect(understood("status:failure user:ada tile night")).toEqual({
    status: ["FAILED"],
    user: "ada",
    search: "tile night",
  });
});

test("a second status widens the filter", () => {
  expect(understood("status:running", { status: ["FAILED"] }).status).toEqual(["FAILED", "RUNNING"]);
});

test("a qualifier that means nothing is searched for as text", () => {
  expect(understood("status:nonsense").search).toBe("status:nonsense");
});

test("every qualifier sets its filter, and a value in quotes may have spaces", () => {
  const text = 'type:train engine:local failure:lost after:7d before:2026-11-05 archived:yes object:"my coins" processing:tile resize';
  expect(understood(text)).toEqual({
    type: "TRAINING",
    engine: "local",
    failure_kind: "lost",
    triggered_after: "7d",
    triggered_before: "2026-11-05",
    archived: "yes",
    object: "my coins",
    processing: "tile",
    search: "resize",
  });
});

test("what looks like a filter and is none is explained", () => {
  expect(read("colour:red", {}).problem).toContain("no filter “colour:”");
  expect(read("engine:steam", {}).problem).toContain("engine: takes local");
  expect(read("after:yesterday tile", {}).problem).toContain("after: takes 2026-11-01");
  expect(read("plain words", {}).problem).toBeUndefined();
});

test("each chip names its filter and takes only that one away", () => {
  const chips = chipsOf({ status: ["FAILED", "KILLED"], engine: "local", search: "x" });
  expect(chips.map(({ text }) => text)).toEqual(["status: Failure", "status: Stopped", "engine: local"]);
  expect(chips[0]?.without).toEqual({ status: ["KILLED"], engine: "local", search: "x" });
  expect(chips[2]?.without.engine).toBeUndefined();
});

test("an address with strange values shows the whole list", () => {
  const filters = jobsSearch({ type: "X", status: ["Y"], failure_kind: "z", archived: "perhaps" });
  expect(Object.values(filters).every((value) => value === undefined)).toBe(true);
});
