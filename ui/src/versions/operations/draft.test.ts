import { expect, test } from "vitest";
import type { Operation, OperationParameter } from "../../api/types";
import { bodyOf, mistakes, refusalOf, startOf, words } from "./draft";

const parameter = (name: string, form: OperationParameter["form"], more: Partial<OperationParameter> = {}) => ({
  name,
  form,
  description: "",
  required: false,
  default: null,
  choices: [],
  min: null,
  max: null,
  ...more,
});

const split: Operation = {
  name: "split",
  title: "Split",
  description: "",
  path: "split",
  changes_version: false,
  parameters: [
    parameter("parts", "numbers_by_name", { required: true }),
    parameter("stratify", "choice", { default: "none", choices: ["none", "label"] }),
    parameter("seed", "integer", { default: 0 }),
    parameter("tags", "texts", { default: [] }),
    parameter("keep", "boolean", { default: true }),
    parameter("labels", "texts_by_name"),
    parameter("pictures", "pictures"),
  ],
};

test("a form begins with what the operation declares, and sends nothing that was left empty", () => {
  const draft = startOf(split);
  expect(draft["stratify"]).toBe("none");
  expect(bodyOf(split, draft)).toEqual({ stratify: "none", seed: 0, keep: true });
});

test("lines are names with values; the last equals sign parts them", () => {
  const draft = { ...startOf(split), parts: "train = 0.8\n\nval=.2", labels: "a=b=c" };
  expect(mistakes(split, draft)).toEqual({});
  expect(bodyOf(split, draft)).toMatchObject({ parts: { train: 0.8, val: 0.2 }, labels: { "a=b": "c" } });
});

test("what cannot be read is said at its field", () => {
  expect(mistakes(split, startOf(split))).toEqual({ parts: "This is needed." });
  for (const typed of ["train", "=1", "train=", "train=much"])
    expect(mistakes(split, { ...startOf(split), parts: typed })["parts"]).toContain(typed);
});

test("of pictures only what narrows them down is sent", () => {
  const pictures = { labels: ["apple"], tags: [], q: "", min_shapes: 0, max_shapes: null };
  expect(bodyOf(split, { ...startOf(split), pictures })["pictures"]).toEqual({ labels: ["apple"], min_shapes: 0 });
});

test("a refusal is shown at the parameter that it names", () => {
  expect(refusalOf({ field: "pictures.labels" }, "no").field).toBe("pictures");
  expect(refusalOf({ fields: [{ field: "parts.a" }] }, "no").field).toBe("parts");
  expect(refusalOf(null, "no").field).toBe("");
});

test("parameters have names for people", () => {
  expect(words("only_labels")).toBe("Only labels");
});
