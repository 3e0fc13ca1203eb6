import { expect, test } from "vitest";
import { draftOfTerms, NO_TERMS, retrySaid, termsChanged } from "./terms";

const retry = { kinds: ["lost" as const, "timeout" as const], times: 3, backoff_s: 60 };

test("what nobody touched is not sent, so that what the package says holds", () => {
  expect(termsChanged(NO_TERMS, NO_TERMS)).toEqual({});
  const before = draftOfTerms({ priority: 4, retry });
  expect(termsChanged(before, before)).toEqual({});
  expect(termsChanged({ ...before, kinds: ["timeout", "lost"] }, before)).toEqual({});
});

test("a policy is sent whole, and none when its last kind is taken away", () => {
  const before = draftOfTerms({ priority: 0, retry });
  expect(termsChanged({ ...before, times: "1" }, before)).toEqual({
    retry: { kinds: ["timeout", "lost"], times: 1, backoff_s: 60 },
  });
  expect(termsChanged({ ...before, kinds: [] }, before)).toEqual({ retry: null });
  expect(termsChanged({ ...NO_TERMS, kinds: ["lost"] }, NO_TERMS)).toEqual({ retry: { kinds: ["lost"], times: 2, backoff_s: 30 } });
});

test("a priority that was emptied is 0, and numbers of a policy that nobody asked for are no change", () => {
  expect(termsChanged({ ...NO_TERMS, priority: "-5" }, NO_TERMS)).toEqual({ priority: -5 });
  expect(termsChanged({ ...NO_TERMS, priority: "" }, draftOfTerms({ priority: 4, retry: null }))).toEqual({ priority: 0 });
  expect(termsChanged({ ...NO_TERMS, times: "9" }, NO_TERMS)).toEqual({});
});

test("a policy is said in words", () => {
  expect(retrySaid(null)).toBe("none");
  expect(retrySaid(retry)).toBe("after Lost, Time limit: 3 times, first after 1 min 00 s");
  expect(retrySaid({ kinds: ["lost"], times: 1, backoff_s: 0 })).toBe("after Lost: once, first after 0 s");
});
