import { expect, test } from "vitest";
import { differences } from "./differences";

const run = {
  parameters: { tile: 1024, batch: 32 },
  inputs: { target: "a" },
  resources: { cpu: 4, memory: 4 * 2 ** 30, gpu: 0, timeout_s: null },
};

test("a run says what it was given that the one before was not", () => {
  const next = { ...run, parameters: { tile: 1024, batch: 8 }, resources: { ...run.resources, memory: 8 * 2 ** 30 } };
  expect(differences(next, run)).toEqual(["8 GiB", "batch 8"]);
});

test("the first run and an equal one have nothing to say", () => {
  expect(differences(run, undefined)).toEqual([]);
  expect(differences({ ...run }, run)).toEqual([]);
});
