import { expect, test } from "vitest";
import type { VersionDetail } from "../../api/types";
import { filterSearch, isFiltered, keyOf, picturesOf, queryOf } from "./filters";
import { lookOf, lookSearch, painted, toggled } from "./look";

test("a filter says the same to the gallery and to operations", () => {
  const filter = filterSearch({ label: ["a", "b"], tag: "t", q: "-label:c x", min: "2", max: "nonsense" });
  expect(queryOf(filter)).toEqual({ label: ["a", "b"], tag: ["t"], q: "-label:c x", min_shapes: "2" });
  expect(picturesOf(filter)).toEqual({ labels: ["a", "b"], tags: ["t"], q: "-label:c x", min_shapes: 2 });
});

test("nothing asked for is no filter", () => {
  const filter = filterSearch({ min: "-1", label: "" });
  expect(isFiltered(filter)).toBe(false);
  expect(keyOf(filter)).toBe(keyOf({}));
});

const labels = [
  { id: "1", name: "apple", color: null, shapes: 0, skeleton: null },
  { id: "2", name: "a=b", color: "#112233", shapes: 0, skeleton: { vertices: ["x", "y"], edges: [[0, 1]] } },
];

test("an address says how labels are drawn, by name", () => {
  const search = lookSearch({ hide: "apple", paint: ["a=b=#00ff00", "apple=red"], fill: "200", line: "3", size: "96" });
  const look = lookOf(search, { labels } as unknown as VersionDetail);
  expect(look.colours.get("2")).toBe("#00ff00");
  expect(look.colours.get("1")).toBe("var(--label-0)");
  expect([...look.hidden]).toEqual(["1"]);
  expect([look.fill, look.line, search.size]).toEqual([14, 3, "96"]);
  expect(look.links.get("2")).toEqual([[0, 1]]);
});

test("what is usual again leaves the address", () => {
  expect(toggled(undefined, "apple")).toEqual(["apple"]);
  expect(toggled(["apple"], "apple")).toBeUndefined();
  expect(painted(["a=b=#00ff00"], "a=b", "#0000ff")).toEqual(["a=b=#0000ff"]);
  expect(painted(["a=b=#00ff00"], "a=b", null)).toBeUndefined();
  expect(lookSearch({ fill: "14" }).fill).toBeUndefined();
});
