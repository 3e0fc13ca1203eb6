import { expect, test } from "vitest";
import { maskOf, outlineOf } from "./masks";

const path = (lengths: number[], height: number) => outlineOf({ lengths, height });

/** The area inside a path, from its corners: holes count against it. */
function area(data: string): number {
  return data
    .split("z")
    .filter(Boolean)
    .reduce((sum, ring) => {
      let [x, y] = (/^M(\d+) (\d+)/.exec(ring) ?? []).slice(1).map(Number) as [number, number];
      const corners: [number, number][] = [[x, y]];
      for (const [, way, at] of ring.matchAll(/([HV])(\d+)/g)) {
        if (way === "H") x = Number(at);
        else y = Number(at);
        corners.push([x, y]);
      }
      return sum + corners.reduce((twice, [x1, y1], place) => {
        const [x2, y2] = corners[(place + 1) % corners.length] as [number, number];
        return twice + x1 * y2 - x2 * y1;
      }, 0) / 2;
    }, 0);
}

test("one pixel has four corners", () => {
  expect(path([5, 1, 3], 3)).toBe("M1 2H2V3H1z");
});

test("pixels beside each other are one outline, without the edge between them", () => {
  expect(path([0, 4], 2)).toBe("M0 0H2V2H0z");
});

test("a run goes on in the next column", () => {
  const outline = path([0, 4, 2], 3);
  expect(area(outline)).toBe(4);
  expect(outline.match(/M/g)).toHaveLength(1);
});

test("a hole turns the other way round", () => {
  const outline = path([0, 4, 1, 4], 3);
  expect(outline.match(/M/g)).toHaveLength(2);
  expect(area(outline)).toBe(8);
});

test("nothing, and what is no mask, has no outline", () => {
  expect(path([9], 3)).toBe("");
  expect(maskOf("abc", 0)).toBeNull();
  expect(maskOf(7, 3)).toBeNull();
  expect(maskOf(null, 3)).toBeNull();
});

test("runs are read in every form that documents hold", () => {
  expect(maskOf({ size: [3, 4], counts: [1, 2, 9] }, 99)).toEqual({ lengths: [1, 2, 9], height: 3 });
  expect(maskOf([1, 2], 3)).toEqual({ lengths: [1, 2], height: 3 });
  // written by pycocotools: 6, 1, 40, 4, 5, 4, 5, 4, 21
  expect(maskOf({ size: [9, 10], counts: "61X13mN000`0" }, 9)?.lengths).toEqual([6, 1, 40, 4, 5, 4, 5, 4, 21]);
});
