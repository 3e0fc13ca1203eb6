import { expect, test } from "vitest";
import { becameOf, signed } from "./signed";

test("a difference has its sign, and thousands set apart", () => {
  expect([1204, -3, 0].map(signed)).toEqual(["+1,204", "−3", "0"]);
});

const side = (exists: boolean, shapes = 0) => ({ exists, shapes: Array.from({ length: shapes }) });

test.each([
  [side(false), side(true, 2), [], [], "added · +2 shapes"],
  [side(true, 1), side(false), [], [], "taken out · −1 shape"],
  [side(true, 2), side(true, 2), [], [], "changed"],
  [side(true), side(true), ["hard"], ["easy"], "+hard · −easy"],
])("what became of a picture is said in few words", (before, after, tags_on, tags_off, words) => {
  expect(becameOf({ before, after, tags_on, tags_off })).toBe(words);
});
