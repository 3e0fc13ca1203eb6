import { expect, test } from "vitest";
import type { JobRow } from "../../api/types";
import { patchRows } from "../../api/live";
import { allRows, changesIn, heldStill, putOnTop, type Rows, unknownTo } from "./merge";

const row = (id: string, name = id) => ({ id, name }) as JobRow;
const rows: Rows = {
  pages: [
    { items: [row("c"), row("b")], next: "x" },
    { items: [row("a")], next: null },
  ],
  pageParams: [null, "x"],
};

test("new jobs come on top once, however often they are announced", () => {
  const once = putOnTop(rows, [row("e"), row("d"), row("c")]);
  expect(allRows(once).map(({ id }) => id)).toEqual(["e", "d", "c", "b", "a"]);
  expect(putOnTop(once, [row("e")])).toEqual(once);
  expect(unknownTo(once, [row("f"), row("a")])).toEqual([row("f")]);
});

test("a known job changes where it stands", () => {
  const changed = patchRows(rows, "a", (old) => ({ ...old, name: "done" }));
  expect(allRows(changed).map(({ name }) => name)).toEqual(["c", "b", "done"]);
  expect(changed.pages[0]).not.toBe(undefined);
});

test("news of a job that is not shown change nothing", () => {
  expect(patchRows(rows, "z", (old) => old)).toBe(rows);
});

test("while paused rows stand still, and only a further page comes behind them", () => {
  const still = [row("c", "as it was"), row("b")];
  const now = [row("e"), row("c", "changed"), row("b"), row("a")];
  expect(heldStill(still, now).map(({ name }) => name)).toEqual(["as it was", "b", "a"]);
});

test("a change is what a row says, not how far it is; a row that has left counts", () => {
  const runs = { ...row("c"), status: "RUNNING", progress: { done: 1 } } as JobRow;
  const further = { ...runs, progress: { done: 2 } } as JobRow;
  expect(changesIn([runs, row("b")], [row("e"), further, row("b")])).toBe(0);
  expect(changesIn([runs, row("b")], [{ ...further, status: "FAILED" }])).toBe(2);
});
