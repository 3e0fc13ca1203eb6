import { expect, test } from "vitest";
import { named, parts, pixels, ratios, shapes } from "./stretches";

test("a bar says from where to where it goes, the last that it has no end", () => {
  const bars = (...edges: number[]) => edges.map((at_least) => ({ at_least, number: 1 }));
  const words = (...given: Parameters<typeof named>) => named(...given).map((bar) => bar.name);
  expect(words(bars(20, 21, 51), shapes)).toEqual(["20", "21 to 50", "51 or more"]);
  expect(words(bars(0, 256, 512), pixels)).toEqual(["under 256 px", "256 to 511 px", "512 px or more"]);
  expect(words(bars(0, 0.001, 0.025), parts)).toEqual(["under 0.1%", "0.1% to 2.5%", "2.5% or more"]);
  expect(words(bars(0, 0.25, 1.3334), ratios)).toEqual(["under 0.25", "0.25 to 1.33", "1.33 or more"]);
});

test("empty bars at both ends are left out, those between stay, and every one keeps its end", () => {
  const bars = (...numbers: number[]) => numbers.map((number, at) => ({ at_least: at * 256, number }));
  expect(named(bars(0, 0, 3, 0, 2, 0, 0), pixels).map(({ name, number }) => [name, number])).toEqual([
    ["512 to 767 px", 3],
    ["768 to 1,023 px", 0],
    ["1,024 to 1,279 px", 2],
  ]);
  expect(named(bars(0, 0), pixels)).toEqual([]);
});
