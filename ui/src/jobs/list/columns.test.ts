import { expect, test } from "vitest";
import { columnsOf, movedColumn, toggledColumn, USUAL_COLUMNS } from "./columns";

test("what was stored and is no column any more is left out, and the name is always there", () => {
  expect(columnsOf(["duration", "colour", "name", "duration", 7])).toEqual(["duration", "name"]);
  expect(columnsOf(["engine"])).toEqual(["name", "engine"]);
  expect(columnsOf("garbage")).toBe(USUAL_COLUMNS);
});

test("a column comes last and goes, but not the name", () => {
  expect(toggledColumn(["name", "status"], "engine")).toEqual(["name", "status", "engine"]);
  expect(toggledColumn(["name", "status"], "status")).toEqual(["name"]);
  expect(toggledColumn(["name", "status"], "name")).toEqual(["name", "status"]);
});

test("a column moves by one place and stops at the edge", () => {
  expect(movedColumn(["status", "name", "user"], "user", -1)).toEqual(["status", "user", "name"]);
  expect(movedColumn(["status", "name", "user"], "status", 1)).toEqual(["name", "status", "user"]);
  expect(movedColumn(["status", "name"], "status", -1)).toEqual(["status", "name"]);
});
