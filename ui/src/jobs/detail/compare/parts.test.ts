import { expect, test } from "vitest";
import type { Comparison } from "../../../api/types";
import { partsOf } from "./parts";

const side = {
  id: "1",
  number: 1,
  status: "SUCCEEDED" as const,
  duration_s: 4,
  failure: null,
  summary: null,
  peak: { cpu: 1, memory: null, gpu: null, disk: null },
  lines: 3,
};
const none = {
  parameters: [],
  inputs: [],
  resources: [],
  source: [],
  environment: [],
  packages: [],
  counts: [],
  sections: [],
  log: null,
};
const equal: Comparison = { ...none, before: side, after: { ...side, id: "2", number: 2 } };

test("equal runs have no part", () => {
  expect(partsOf(equal)).toEqual([]);
});

test("differences stand in their parts, in the units that people read", () => {
  const found: Comparison = {
    ...equal,
    after: { ...side, duration_s: 64, peak: { ...side.peak, memory: 2 ** 30 } },
    resources: [
      { name: "memory", before: 2 ** 32, after: null },
      { name: "timeout_s", before: null, after: 7200 },
    ],
    parameters: [{ name: "batch_size", before: 16, after: 8 }],
    sections: [
      { name: "Load", before: 8.0001, after: 8.0002 },
      { name: "Train", before: 1.5, after: null },
    ],
  };
  expect(partsOf(found)).toEqual([
    { title: "How it went", given: false, rows: [{ name: "took", before: "4.0 s", after: "1 min 04 s" }] },
    { title: "Parameters", given: true, rows: [{ name: "batch size", before: "16", after: "8" }] },
    {
      title: "Limits",
      given: true,
      rows: [
        { name: "memory", before: "4 GiB", after: "none" },
        { name: "timeout", before: "none", after: "2 h" },
      ],
    },
    { title: "Time in sections", given: false, rows: [{ name: "Train", before: "1.5 s", after: "–" }] },
    { title: "Most that it used", given: false, rows: [{ name: "memory", before: "–", after: "1 GiB" }] },
  ]);
});
