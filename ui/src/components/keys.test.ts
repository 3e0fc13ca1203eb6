import { expect, test } from "vitest";
import { bindingOf, type KeyTable, mapOf, namesOf, type Place } from "./keys";

const nothing = () => undefined;
const list: KeyTable = { title: "List", bindings: [{ keys: ["j", "ArrowDown"], says: "next", act: nothing }] };
const log: KeyTable = {
  title: "Log",
  bindings: [
    { keys: ["f"], says: "full screen", act: nothing },
    { keys: [" "], says: "page down", act: nothing, within: "[role=log]" },
  ],
};

/** An element that lies within what one of the words matches. */
const inside = (...words: string[]): Place => ({
  closest: (selector: string) => (words.some((word) => selector.includes(word)) ? ({} as Element) : null),
});

const says = (key: string, place: Place = null) => bindingOf([list, log], key, place)?.says;

test("each of a binding's keys means the same", () => {
  expect(says("j")).toBe("next");
  expect(says("ArrowDown")).toBe("next");
  expect(says("q")).toBeUndefined();
});

test("who writes, or is in a dialog, presses no keys of the page", () => {
  expect(says("j", inside("textarea"))).toBeUndefined();
  expect(says("j", inside("[role=dialog]"))).toBeUndefined();
});

test("a key of one part is not taken from the rest of the page", () => {
  expect(says(" ")).toBe("page down");
  expect(says(" ", inside("[role=log]"))).toBe("page down");
  expect(says(" ", inside("button"))).toBeUndefined();
  expect(says("f", inside("button"))).toBe("full screen");
});

test("of two tables the one that came last has the key", () => {
  const mine: KeyTable = { title: "Mine", bindings: [{ keys: ["j"], says: "jump", act: nothing }] };
  expect(bindingOf([list, mine], "j", null)?.says).toBe("jump");
});

test("the map has a part for each title and a row for each meaning", () => {
  const more: KeyTable = {
    title: "Log",
    bindings: [
      { keys: ["PageDown"], says: "page down", act: nothing, within: "[role=log]" },
      { keys: ["?"], says: "this map", act: nothing },
    ],
  };
  const nowhere: KeyTable = { title: "Empty", bindings: [] };
  const shown = [...mapOf([list, log, nowhere, more])].map(([title, rows]) => [title, Object.fromEntries(rows)]);
  expect(shown).toEqual([
    ["List", { next: ["j", "ArrowDown"] }],
    ["Log", { "full screen": ["f"], "page down": [" ", "PageDown"], "this map": ["?"] }],
  ]);
});

test("keys have the names that stand on them", () => {
  expect(["X", " ", "Escape", "[", "x"].map((key) => namesOf(key).join(" "))).toEqual(["Shift x", "Space", "Esc", "[", "x"]);
});
