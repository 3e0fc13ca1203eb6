import { describe, expect, it } from "vitest";
import type { Json, Shape, ShapeKind } from "../api/types";
import { dots, outline } from "./shapes";

const shape = (kind: ShapeKind, geometry: Json): Shape => ({ id: "s", kind, label: { id: "l", name: "apple" }, geometry });

describe("outline", () => {
  it("draws a rectangle from its corner", () => {
    expect(outline(shape("rectangle", [2, 3, 10, 20]))).toBe("M2 3h10v20h-10z");
  });
  it("draws every ring of a polygon, closed", () => {
    const rings = [[[0, 0], [4, 0], [4, 4]], [[1, 1], [2, 1], [2, 2]]];
    expect(outline(shape("polygon", rings))).toBe("M0 0L4 0L4 4zM1 1L2 1L2 2z");
  });
  it("leaves a line open", () => {
    expect(outline(shape("line", [[0, 0], [4, 5]]))).toBe("M0 0L4 5");
  });
  it("has none for a classification, and survives nonsense", () => {
    expect(outline(shape("classification", null))).toBe("");
    expect(outline(shape("polygon", "?"))).toBe("");
  });
});

describe("dots", () => {
  it("leaves out keypoints that nobody labelled", () => {
    expect(dots(shape("keypoints", [[1, 2, 2], [3, 4, 0]]))).toEqual([[1, 2]]);
  });
  it("is the point itself for a point", () => {
    expect(dots(shape("point", [5, 6]))).toEqual([[5, 6]]);
  });
});
