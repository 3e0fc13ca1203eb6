import { expect, test } from "vitest";
import type { Version } from "../api/types";
import { family } from "./family";

const version = (id: string, ...origins: string[][]) =>
  ({ id, name: id, origins: origins.map((ids) => ({ sources: ids.map((each) => ({ id: each })) })) }) as unknown as Version;

const shown = (...given: Version[]) => family(given).map(({ version: { id }, depth }) => [id, depth]);

test("a version stands below its source, one of what is elsewhere or gone stands by itself", () => {
  expect(
    shown(version("newest", ["elsewhere"]), version("grandchild", ["child"]), version("child", ["first"]), version("first")),
  ).toEqual([
    ["newest", 0],
    ["first", 0],
    ["child", 1],
    ["grandchild", 2],
  ]);
});

test("of many sources the first that is here and older counts, so no circle comes about", () => {
  expect(
    shown(
      version("merge", ["elsewhere", "second", "first"]),
      version("second", ["merge"], ["first"]),
      version("first", ["second"]),
    ),
  ).toEqual([
    ["first", 0],
    ["second", 1],
    ["merge", 2],
  ]);
});
