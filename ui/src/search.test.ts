import { expect, test } from "vitest";
import { choice, many, one, parseSearch, stringifySearch } from "./search";

test("a filter of several values survives the way through the address", () => {
  const search = { type: "TRAINING", status: ["FAILED", "KILLED"], search: "tile 4k" };
  const text = stringifySearch(search);
  expect(text).toBe("?type=TRAINING&status=FAILED&status=KILLED&search=tile+4k");
  expect(parseSearch(text)).toEqual(search);
});

test("what is not set leaves no trace in the address", () => {
  expect(stringifySearch({ type: undefined, status: [], search: "" })).toBe("");
});

test("strange values in an address are left out", () => {
  expect(choice("NONSENSE", ["RUNNING"])).toBeUndefined();
  expect(many(undefined)).toEqual([]);
  expect(one(["a", "b"])).toBe("a");
});
