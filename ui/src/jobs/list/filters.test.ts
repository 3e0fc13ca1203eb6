import { expect, test } from "vitest";
import { jobsSearch, understand } from "./filters";

test("typed qualifiers become filters and the rest stays text", () => {
  expect(understand("status:failure user:ada tile night", {})).toEqual({
    status: ["FAILED"],
    user: "ada",
    search: "tile night",
  });
});

test("a second status widens the filter", () => {
  expect(understand("status:running", { status: ["FAILED"] }).status).toEqual(["FAILED", "RUNNING"]);
});

test("a qualifier that means nothing is searched for as text", () => {
  expect(understand("status:nonsense", {}).search).toBe("status:nonsense");
});

test("an address with strange values shows the whole list", () => {
  expect(jobsSearch({ type: "X", status: ["Y"] })).toEqual({
    type: undefined,
    status: undefined,
    user: undefined,
    object: undefined,
    search: undefined,
  });
});
