import { expect, test } from "vitest";
import type { SavedView } from "../../../api/types";
import { USUAL_LOOK } from "../look";
import { bodyOf, filtersOf, isChanged, listSearch, lookIn, searchOf } from "./view";

const view = {
  id: "v1",
  name: "Night",
  filters: { status: ["FAILED"], user: "me", search: "", archived: "no", object: "" },
  columns: ["name", "duration"],
  density: null,
} as unknown as SavedView;
const own = { ...USUAL_LOOK, density: "compact" as const };
const open = { view: "v1" };
const look = lookIn(open, view, own);

test("the address of a view shows its filters, columns and, where it has none, the reader's own density", () => {
  expect(filtersOf(open, view)).toMatchObject({ status: ["FAILED"], user: "me" });
  expect(look).toEqual({ columns: ["name", "duration"], density: "compact" });
  expect(isChanged(open)).toBe(false);
});

test("what is changed stands in the address, also what is taken off, and comes back from it", () => {
  const filters = { ...filtersOf(open, view), user: undefined, search: "tiles", status: ["FAILED" as const, "KILLED" as const] };
  const search = searchOf(view, filters, { columns: ["name"], density: "compact" }, own);
  expect(search).toMatchObject({ view: "v1", without: ["user"], search: "tiles", status: ["FAILED", "KILLED"], columns: "name" });
  expect(search.density).toBeUndefined();
  expect(isChanged(search)).toBe(true);
  const again = filtersOf(listSearch({ ...search }), view);
  expect(again).toMatchObject({ search: "tiles", status: ["FAILED", "KILLED"] });
  expect(again.user).toBeUndefined();
});

test("what is as the view says is not repeated in the address", () => {
  expect(isChanged(searchOf(view, filtersOf(open, view), look, own))).toBe(false);
});

test("without a view the address is the filters", () => {
  expect(searchOf(null, { user: "ada" }, look, own)).toEqual({ user: "ada" });
  expect(listSearch({ user: "ada", without: ["user"], columns: "name" })).not.toHaveProperty("columns");
});

test("what is shown is kept as the text of the search box", () => {
  expect(bodyOf("Night", false, filtersOf(open, view), look)).toMatchObject({ query: "status:failure user:me", columns: ["name", "duration"] });
});
