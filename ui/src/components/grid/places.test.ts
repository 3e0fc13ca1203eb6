import { expect, test } from "vitest";
import type { Stretch } from "../../api/places";
import { cutAt, extended, NOWHERE, scrollTo, TALLEST, windowAt } from "./places";

const THREE: Stretch[] = [
  [3071, 2048, 10],
  [2047, 1024, 1024],
  [1023, 0, 5],
];

test("a place is asked for by the stretches that it touches", () => {
  const index = extended(extended(NOWHERE, THREE.slice(0, 1)), THREE.slice(1));
  expect(index.total).toBe(1039);
  expect(cutAt(index, 0, 5)).toEqual({ stretches: ["3071-2048"], skip: 0, limit: 5 });
  expect(cutAt(index, 5, 10)).toEqual({ stretches: ["3071-2048", "2047-1024"], skip: 5, limit: 10 });
  expect(cutAt(index, 500, 60)).toEqual({ stretches: ["2047-1024"], skip: 490, limit: 60 });
  expect(cutAt(index, 1030, 60)).toEqual({ stretches: ["2047-1024", "1023-0"], skip: 1020, limit: 9 });
});

test("a short list is scrolled pixel by pixel", () => {
  expect(windowAt(0, 500, 100, 200)).toEqual({ from: 0, to: 4, top: 0, height: 20_000, first: 0 });
  expect(windowAt(1000, 500, 100, 200)).toEqual({ from: 4, to: 9, top: 800, height: 20_000, first: 5 });
});

test("a list that is too long for a browser shows its first and its last rows, and all between", () => {
  const rows = 200_000;
  const start = windowAt(0, 600, rows, 200);
  expect([start.from, start.height]).toEqual([0, TALLEST]);
  const end = windowAt(TALLEST - 600, 600, rows, 200);
  expect(end.to).toBe(rows);
  expect(end.top + (end.to - end.from) * 200).toBeCloseTo(TALLEST, 0);
  const middle = windowAt((TALLEST - 600) / 2, 600, rows, 200);
  expect(Math.abs(middle.from - rows / 2)).toBeLessThan(5);
});

test("a row is scrolled to, in short lists and in long ones", () => {
  for (const rows of [100, 200_000])
    for (const row of [0, 37, rows - 10]) {
      const { first } = windowAt(scrollTo(row, 600, rows, 200), 600, rows, 200);
      expect(Math.abs(first - row)).toBeLessThanOrEqual(1); // a pixel of a long list is several
    }
});
