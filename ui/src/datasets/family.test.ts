import { expect, test } from "vitest";
import type { Version } from "../api/types";
import { family } from "./family";

const version = (id: string, from?: string) =>
  ({ id, name: id, forked_from: from ? { id: from, name: from } : null }) as unknown as Version;

test("a fork stands below its source, a fork of what is elsewhere or gone stands by itself", () => {
  const given = [version("newest", "elsewhere"), version("grandchild", "child"), version("child", "first"), version("first")];
  expect(family(given).map(({ version: { id }, depth }) => [id, depth])).toEqual([
    ["newest", 0],
    ["first", 0],
    ["child", 1],
    ["grandchild", 2],
  ]);
});
