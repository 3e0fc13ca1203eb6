import { expect, test } from "vitest";
import { proposalText } from "./proposal";

test("a proposal is said with its values", () => {
  expect(proposalText({ parameters: { batch_size: 8 } })).toBe("batch_size 8");
  expect(proposalText({ resources: { memory: 4 * 2 ** 30 } })).toBe("memory 4 GiB");
  expect(proposalText({ resources: { timeout_s: 240 } })).toBe("a timeout of 4 min");
});

test("nothing proposed is nothing said", () => {
  expect(proposalText({})).toBeNull();
  expect(proposalText({ parameters: {} })).toBeNull();
});
