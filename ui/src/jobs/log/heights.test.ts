import { expect, test } from "vitest";
import { Heights } from "./heights";

test("rows of one height stand where they must", () => {
  const heights = new Heights(20);
  expect(heights.top(5)).toBe(100);
  expect(heights.at(119)).toBe(5);
});

test("a taller row moves what follows, and only that", () => {
  const heights = new Heights(20);
  expect(heights.measured(2, 60)).toBe(40);
  expect(heights.measured(2, 60)).toBe(0);
  expect(heights.top(2)).toBe(40);
  expect(heights.top(3)).toBe(100);
  expect(heights.at(99)).toBe(2);
  expect(heights.at(100)).toBe(3);
  heights.forget();
  expect(heights.top(3)).toBe(60);
});
