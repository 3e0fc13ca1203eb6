import { describe, expect, it } from "vitest";
import { hashOf, linesOf } from "./useAddress";

describe("lines in the address", () => {
  it.each([
    ["L7", { from: 7, to: 7 }],
    ["L10-L20", { from: 10, to: 20 }],
    ["L20-L10", { from: 10, to: 20 }],
    ["L10-20", { from: 10, to: 20 }],
    ["L0", null],
    ["L", null],
    ["Lx-L2", null],
    ["", null],
  ])("reads %s", (hash, lines) => expect(linesOf(hash)).toEqual(lines));

  it("writes what it reads", () => {
    expect(hashOf({ from: 7, to: 7 })).toBe("L7");
    expect(hashOf({ from: 10, to: 20 })).toBe("L10-L20");
  });
});
