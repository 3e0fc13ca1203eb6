import { expect, test } from "vitest";
import { EVERYTHING, extended, isChosen, NOTHING, toggled, toggledShown } from "./selection";

const shown = ["a", "b", "c", "d", "e"];
const chosen = (selection: Parameters<typeof isChosen>[0]) => shown.filter((job) => isChosen(selection, job)).join("");

test("a row is chosen and let go", () => {
  const once = toggled(NOTHING, "b", shown);
  expect(chosen(once)).toBe("b");
  expect(chosen(toggled(once, "b", shown))).toBe("");
});

test("a range goes from the row chosen last to this one, in either direction", () => {
  const from = toggled(NOTHING, "c", shown);
  expect(chosen(extended(from, "e", shown))).toBe("cde");
  expect(chosen(extended(from, "a", shown))).toBe("abc");
  expect(chosen(extended(extended(from, "a", shown), "d", shown))).toBe("abcd");
});

test("a range without a beginning, or from a row that has left, is one row", () => {
  expect(chosen(extended(NOTHING, "b", shown))).toBe("b");
  expect(chosen(extended(toggled(NOTHING, "z", [...shown, "z"]), "b", shown))).toBe("b");
});

test("everything includes rows that are not shown, until one is taken out", () => {
  expect(isChosen(EVERYTHING, "of another page")).toBe(true);
  const less = toggled(EVERYTHING, "b", shown);
  expect(chosen(less)).toBe("acde");
  expect(isChosen(less, "of another page")).toBe(false);
});

test("the box above the rows chooses all of them, then none", () => {
  const all = toggledShown(toggled(NOTHING, "a", shown), shown);
  expect(chosen(all)).toBe("abcde");
  expect(chosen(toggledShown(all, shown))).toBe("");
  expect(chosen(toggledShown(EVERYTHING, shown))).toBe("");
});
