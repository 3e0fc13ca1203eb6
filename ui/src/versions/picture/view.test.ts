import { expect, test } from "vitest";
import { around, fitted, moved, partOf, zoomed } from "./view";

const picture = { width: 400, height: 200 };
const stage = { width: 800, height: 800 };

test("a picture fits its stage, in the middle", () => {
  expect(fitted(picture, stage)).toEqual({ scale: 2, x: 0, y: 200 });
  expect(partOf(fitted(picture, stage), stage)).toEqual([-0, -100, 400, 400]);
});

test("what is under the pointer stays under it", () => {
  let view = fitted(picture, stage);
  const point = { x: 300, y: 420 };
  const under = (at: typeof view) => [(point.x - at.x) / at.scale, (point.y - at.y) / at.scale];
  const before = under(view);
  for (const factor of [1.5, 3, 0.8]) view = zoomed(view, factor, point, picture, stage);
  const after = under(view);
  expect(after[0]).toBeCloseTo(before[0] ?? 0);
  expect(after[1]).toBeCloseTo(before[1] ?? 0);
  expect(view.scale).toBeCloseTo(2 * 1.5 * 3 * 0.8);
});

test("zoom has ends", () => {
  const view = fitted(picture, stage);
  const middle = { x: 400, y: 400 };
  expect(zoomed(view, 1e9, middle, picture, stage).scale).toBe(64);
  expect(zoomed(view, 1e-9, middle, picture, stage).scale).toBe(1);
});

test("a picture cannot be lost", () => {
  const view = fitted(picture, stage);
  const away = moved(view, { x: 1e6, y: -1e6 }, picture, stage);
  const [x, y, width, height] = partOf(away, stage);
  expect(x < picture.width && x + width > 0 && y < picture.height && y + height > 0).toBe(true);
});

test("a shape is shown in the middle, and never smaller than the whole picture", () => {
  const view = around([100, 50, 20, 10], picture, stage);
  const [x, y, width, height] = partOf(view, stage);
  expect(x + width / 2).toBeCloseTo(110);
  expect(y + height / 2).toBeCloseTo(55);
  expect(around([0, 0, 400, 200], picture, stage).scale).toBe(2);
});
