import { expect, test } from "vitest";
import { asked, complete, type Language, suggestions } from "./suggestions";

const LANGUAGE: Language = {
  label: { hint: "the name of a label", values: ["apple", "red pear"] },
  shapes: { hint: "a number" },
  size: { hint: "bytes" },
};

const words = (text: string) => suggestions(text, LANGUAGE).map(({ word }) => word);

test("names of filters are offered, then the values that one of them has", () => {
  expect(words("north s")).toEqual(["shapes:", "size:"]);
  expect(words("label:")).toEqual(["label:apple", 'label:"red pear"']);
  expect(words("LABEL:Pear")).toEqual(['label:"red pear"']);
  expect(words("shapes:1")).toEqual([]);
  expect(words("other:x")).toEqual([]);
  expect(words('label:"red pear"')).toEqual([]);
});

test("what is chosen takes the place of the last word and keeps a minus sign", () => {
  expect(complete("north -label:pe", 'label:"red pear"')).toBe('north -label:"red pear"');
  expect(complete('north label:"red p', 'label:"red pear"')).toBe('north label:"red pear"');
  expect(complete("north ", "size:")).toBe("north size:");
  expect(asked('label:"red p', LANGUAGE)).toEqual({ name: "label", typed: "red p" });
});
