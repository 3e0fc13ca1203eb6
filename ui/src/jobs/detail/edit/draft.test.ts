import { expect, test } from "vitest";
import { changesOf, draftOf, inputsOf, inWords, limitsOf, proposedBy } from "./draft";

const run = {
  number: 3,
  parameters: { batch: 16, name: "a" },
  inputs: { target_version_name: "rotated", assets: ["x"] },
  resources: { cpu: 2, memory: 4 * 2 ** 30, gpu: 0, timeout_s: 5400 },
  source: { package: "0" },
  priority: 0,
  retry: null,
};
const form = { parameters: {}, inputs: [], secrets: [], closed: true };

test("what nobody touched is not sent", () => {
  expect(changesOf(draftOf(run), run)).toEqual({ parameters: {}, inputs: {}, resources: {}, like: 3 });
});

test("only what is different is sent, a limit that was emptied as none", () => {
  const draft = draftOf(run, { parameters: { batch: 8 }, limits: { memory: "8 GiB", timeout: "" } });
  expect(changesOf(draft, run)).toEqual({
    parameters: { batch: 8 },
    inputs: {},
    resources: { memory: "8 GiB", timeout: null },
    like: 3,
  });
});

test("a field that was opened and left empty is no change", () => {
  expect(changesOf(draftOf(run, { parameters: { key: "" }, inputs: { also: null } }), run).parameters).toEqual({});
});

test("changes are said in words, secrets never", () => {
  const changes = changesOf(draftOf(run, { parameters: { batch: 8, key: "hush" }, limits: { gpu: "1" } }), run);
  expect(inWords(changes, run, new Set(["key"]))).toEqual([
    { field: "parameters.batch", name: "batch", before: "16", after: "8" },
    { field: "parameters.key", name: "key", before: "kept", after: "replaced" },
    { field: "resources.gpu", name: "gpu", before: "none", after: "1" },
  ]);
});

test("a priority and other tries are changed and said like all else", () => {
  const tried = { ...run, priority: 5, retry: { kinds: ["lost" as const], times: 2, backoff_s: 30 } };
  const draft = draftOf(tried);
  expect(changesOf(draft, tried)).toEqual({ parameters: {}, inputs: {}, resources: {}, like: 3 });
  const changes = changesOf({ ...draft, terms: { ...draft.terms, priority: "-1", kinds: [] } }, tried);
  expect(changes).toMatchObject({ priority: -1, retry: null });
  expect(inWords(changes, tried, new Set())).toEqual([
    { field: "priority", name: "priority", before: "5", after: "-1" },
    { field: "retry", name: "other tries", before: "after Lost: 2 times, first after 30 s", after: "none" },
  ]);
});

test.each([
  [{ cpu: 0.5, memory: 1536 * 2 ** 20, gpu: 2, timeout_s: 7200 }, { cpu: "0.5", memory: "1536 MiB", gpu: "2", disk: "", timeout: "2 h" }],
  [{ cpu: null, memory: 1000, gpu: 0, disk: 20 * 2 ** 30, timeout_s: 90.5 }, { cpu: "", memory: "1000", gpu: "", disk: "20 GiB", timeout: "90.5 s" }],
])("limits are written exactly: %o", (resources, written) => {
  expect(limitsOf(resources)).toEqual(written);
});

test("texts that nothing declares can be edited, ids and files cannot", () => {
  const inputs = { note: "x", factor: 2, other: "01930000-0000-7000-8000-000000000001", file: { object_name: "a" } };
  expect(inputsOf(form, { ...run, inputs }).map(({ name, type }) => [name, type])).toEqual([
    ["note", "TEXT"],
    ["factor", "NUMBER"],
  ]);
  expect(inputsOf(form, { ...run, inputs, source: { internal: "fork" } })).toEqual([]);
});

test("an address proposes values, and one that cannot be read says so", () => {
  expect(proposedBy('{"parameters":{"batch_size":8},"resources":{"memory":"8GiB","timeout":null}}')).toEqual({
    parameters: { batch_size: 8 },
    inputs: {},
    limits: { memory: "8GiB", timeout: "" },
  });
  for (const text of ["", "{", "[]", "7", '{"parameters":[1]}']) expect(proposedBy(text)).toBeNull();
});
