import { expect, test } from "vitest";
import { marked, parse, patternOf, plain } from "./ansi";

test("text without escapes stays one piece", () => {
  expect(parse("plain")).toEqual([{ text: "plain" }]);
  expect(parse("")).toEqual([]);
});

test("the sixteen colours and weight begin and end", () => {
  expect(parse("\x1b[1;31mbad\x1b[0m fine \x1b[92mgood\x1b[39m.")).toEqual([
    { text: "bad", bold: true, fg: "var(--ansi-1)" },
    { text: " fine " },
    { text: "good", fg: "var(--ansi-10)" },
    { text: "." },
  ]);
});

test("an empty sequence resets", () => {
  expect(parse("\x1b[33ma\x1b[mb")).toEqual([{ text: "a", fg: "var(--ansi-3)" }, { text: "b" }]);
});

test("256 and true colours are taken whole", () => {
  const [first, second, third] = parse("\x1b[38;5;208ma\x1b[48;2;1;2;3;1mb\x1b[38:5:3mc");
  expect(first?.fg).toContain("rgb(255 135 0)");
  expect(second).toMatchObject({ bold: true, bg: expect.stringContaining("rgb(1 2 3)") as string });
  expect(third?.fg).toBe("var(--ansi-3)");
});

test("cursor movements and unknown sequences leave no trace", () => {
  expect(plain("\x1b[2K\x1b[1A10%\x1b]0;title\x07|\x1b(B")).toBe("10%|\x1b(B");
  expect(parse("\x1b[?25lhidden\x1b[K")).toEqual([{ text: "hidden" }]);
});

test("only web links become links", () => {
  expect(parse("\x1b]8;;https://a.b/c\x07here\x1b]8;;\x07!")).toEqual([{ text: "here", href: "https://a.b/c" }, { text: "!" }]);
  expect(parse("\x1b]8;;javascript:alert(1)\x07here\x1b]8;;\x07")).toEqual([{ text: "here" }]);
});

test("a hit is marked also where the colour changes inside it", () => {
  const pieces = marked(parse("out \x1b[31mof mem\x1b[0mory"), patternOf("OF MEMORY", false));
  expect(pieces).toEqual([
    { text: "out " },
    { text: "of mem", fg: "var(--ansi-1)", mark: true },
    { text: "ory", mark: true },
  ]);
});

test("searched text is no pattern unless asked, and a broken pattern marks nothing", () => {
  expect(patternOf("a.b", false)?.source).toBe("a\\.b");
  expect(patternOf("a(", true)).toBeNull();
});
