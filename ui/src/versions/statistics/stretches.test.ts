import { expect, test } from "vitest";
import { named, parts, pixels, ratios, shapes } from "./stretches";

test("a bar says from where to where it goes, the last that it has no end", () => {
  const bars = (...edges: number[]) => edges.map((at_least, number) => ({ at_least, number }));
  const words = (...given: Parameters<typeof named>) => named(...given).map((bar) => bar.name);
  expect(words(bars(20, 21, 51), shapes)).toEqual(["20", "21 to 50", "51 or more"]);
  expect(words(bars(0, 256, 512), pixels)).toEqual(["under 256 px", "256 to 511 px", "512 px or more"]);
  expect(words(bars(0, 0.001, 0.025), parts)).toEqual(["under 0.1%", "0.1% to 2.5%", "2.5% or more"]);
  expect(words(bars(0, 0.25, 1.3334), ratios)).toEqual(["under 0.25", "0.25 to 1.33", "1.33 or more"]);
});
