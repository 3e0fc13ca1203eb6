import { expect, test } from "vitest";
import { again, anew, literal, quoted } from "./commands";

const job = {
  id: "0193",
  processing: { id: "77", name: "turn it" },
  target: { type: "DATASET_VERSION" as const, id: "55", name: "apples/v1", path: "" },
};
const run = {
  number: 2,
  parameters: { angle: 30, flip: true, none: null },
  inputs: { target_version_name: "it's turned" },
  resources: { cpu: 2, memory: 4 * 2 ** 30, gpu: 0, disk: 20 * 2 ** 30, timeout_s: null },
  priority: 0,
  retry: null,
};

test("a new job like a run is launched by one command of each kind", () => {
  const found = anew(job, run, ["key"], "http://h");
  expect(found?.terminal).toBe(
    [
      "safelight processing launch 'turn it' --target apples/v1",
      "--set angle=30",
      "--set flip=true",
      "--set key=...",
      "--input 'target_version_name=it'\\''s turned'",
      "--limit cpu=2",
      "--limit memory=4GiB",
      "--limit disk=20GiB",
    ].join(" \\\n  "),
  );
  expect(found?.python).toContain('parameters={"angle": 30, "flip": True, "none": None, "key": "..."},');
  expect(found?.rest).toContain("/api/v1/processings/77/launch");
});

test("a priority and other tries are part of the command", () => {
  const retry = { kinds: ["lost" as const, "timeout" as const], times: 2, backoff_s: 30 };
  const found = anew(job, { ...run, priority: -5, retry }, [], "http://h");
  expect(found?.terminal).toMatch(/--priority -5 \\\n {2}--retry 2 --retry-on lost,timeout --retry-after 30$/);
  expect(found?.python).toContain('    priority=-5,\n    retry={"kinds": ["lost", "timeout"], "times": 2, "backoff_s": 30},');
  expect(found?.rest).toContain('"retry":{"kinds":["lost","timeout"],"times":2,"backoff_s":30}');
});

test("what cannot be typed has no command of its own", () => {
  expect(anew(job, { ...run, inputs: { asset_ids: ["1"] } }, [], "http://h")).toBeNull();
  expect(anew({ ...job, processing: null }, run, [], "http://h")).toBeNull();
});

test("every run can be the model of the next", () => {
  expect(again(job, run, "http://h").terminal).toBe("safelight rerun 0193 --run 2");
  expect(again(job, run, "http://h").python).toContain(".rerun(like=2)");
  expect(again(job, run, "http://h").rest).toContain(`-d '{"like":2}'`);
});

test.each([
  ["plain", "plain"],
  ["with space", "'with space'"],
  ["$HOME", "'$HOME'"],
  ["", "''"],
])("%s is one word for the shell", (text, word) => {
  expect(quoted(text)).toBe(word);
});

test("values are written as Python writes them", () => {
  expect(literal({ a: [1.5, null, false], b: 'say "x"' })).toBe('{"a": [1.5, None, False], "b": "say \\"x\\""}');
});
