import { expect, test } from "vitest";
import type { LogSection } from "../../api/types";
import { Rows } from "./rows";

const section = (number: number, line: number, end_line: number | null): LogSection => ({
  number,
  name: `s${number}`,
  line,
  end_line,
  started_at: "",
  ended_at: null,
});

function shown(rows: Rows): string[] {
  return Array.from({ length: rows.count }, (_, index) => {
    const row = rows.at(index);
    if (!row) return "nothing";
    return row.kind === "line" ? `${" ".repeat(row.depth)}${row.line}` : `${" ".repeat(row.depth)}${row.folded ? ">" : "v"}${row.section.name}`;
  });
}

const none = new Set<number>();

test("a log without sections is its lines", () => {
  const rows = Rows.of(3, [], none);
  expect(shown(rows)).toEqual(["1", "2", "3"]);
  expect(rows.at(3)).toBeNull();
  expect(Rows.of(0, [], none).count).toBe(0);
});

test("a heading stands before its first line, and lines after a section are outside of it", () => {
  const rows = Rows.of(5, [section(1, 1, 3), section(2, 4, null)], none);
  expect(shown(rows)).toEqual(["vs1", " 1", " 2", "3", "vs2", " 4", " 5"]);
  expect(rows.ofLine(3)).toBe(3);
  expect(rows.ofLine(4)).toBe(5);
});

test("folding hides the lines of a section and the sections within", () => {
  const sections = [section(1, 1, 6), section(2, 2, 4), section(3, 7, null)];
  expect(shown(Rows.of(8, sections, none))).toEqual(["vs1", " 1", " vs2", "  2", "  3", " 4", " 5", "6", "vs3", " 7", " 8"]);
  const folded = Rows.of(8, sections, new Set([1]));
  expect(shown(folded)).toEqual([">s1", "6", "vs3", " 7", " 8"]);
  expect(folded.ofLine(3)).toBe(0);
});

test("empty sections keep their headings in order", () => {
  expect(shown(Rows.of(1, [section(1, 1, 1), section(2, 1, 2)], none))).toEqual(["vs1", "vs2", " 1"]);
  expect(shown(Rows.of(1, [section(1, 1, 1), section(2, 1, 2)], new Set([1, 2])))).toEqual([">s1", ">s2"]);
});

test("a section that has just begun shows before its first line is there", () => {
  expect(shown(Rows.of(2, [section(1, 3, null)], none))).toEqual(["1", "2", "vs1"]);
});

test("ten million lines cost one block", () => {
  const rows = Rows.of(10_000_000, [section(1, 1, 100)], new Set([1]));
  expect(rows.count).toBe(10_000_000 - 99 + 1);
  expect(rows.at(rows.count - 1)).toEqual({ kind: "line", line: 10_000_000, depth: 0 });
});
