import type { Json, JsonObject, Operation, OperationParameter } from "../../api/types";
import { textOf } from "../../components/values";

/** What is typed into the form of an operation, by parameter. */
export type Draft = JsonObject;

/** Which pictures an operation is about; nothing said: all. */
export const EVERYTHING: JsonObject = { labels: [], tags: [], q: "", min_shapes: null, max_shapes: null };

/** The form as it is opened: what the operation declares. */
export function startOf(operation: Operation): Draft {
  return Object.fromEntries(operation.parameters.map((one) => [one.name, start(one)]));
}

function start({ form, default: usual, choices }: OperationParameter): Json {
  switch (form) {
    case "pictures":
      return EVERYTHING;
    case "numbers_by_name":
    case "texts_by_name":
      return ""; // a line for each
    case "choice":
      return usual ?? choices[0] ?? "";
    case "texts":
    case "choices":
    case "versions":
      return usual ?? [];
    default:
      return usual ?? "";
  }
}

/** What is sent: without what was left empty, which has its usual value then. */
export function bodyOf(operation: Operation, draft: Draft): JsonObject {
  const said = operation.parameters.map((one) => [one.name, value(one, draft[one.name] ?? null)] as const);
  return Object.fromEntries(said.filter(([, each]) => !isNothing(each)));
}

function value({ form }: OperationParameter, typed: Json): Json {
  switch (form) {
    case "numbers_by_name":
      return Object.fromEntries(pairs(typed).map(([name, text]) => [name, Number(text)]));
    case "texts_by_name":
      return Object.fromEntries(pairs(typed));
    case "pictures":
      return given(typed as JsonObject);
    default:
      return typed;
  }
}

/** Without what was left empty. */
export const given = (said: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(said).filter(([, each]) => !isNothing(each)));

function pairs(typed: Json): [string, string][] {
  return lines(typed).map((line) => {
    const at = line.lastIndexOf("=");
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  });
}

const lines = (typed: Json): string[] =>
  textOf(typed)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

function isNothing(each: Json): boolean {
  if (each === null || each === "") return true;
  return typeof each === "object" && Object.keys(each).length === 0;
}

/** What is wrong with a form that the server could not even read, by parameter. */
export function mistakes(operation: Operation, draft: Draft): Record<string, string> {
  const found: Record<string, string> = {};
  for (const one of operation.parameters) {
    const typed = draft[one.name] ?? null;
    if (one.form === "numbers_by_name" || one.form === "texts_by_name") {
      const bad = lines(typed).find((line) => !isPair(line, one.form === "numbers_by_name"));
      if (bad) found[one.name] = `A line is ${one.form === "numbers_by_name" ? "name=number" : "name=name"}, not ${bad}.`;
    }
    if (one.required && !(one.name in found) && isNothing(value(one, typed))) found[one.name] = "This is needed.";
  }
  return found;
}

function isPair(line: string, isNumber: boolean): boolean {
  const at = line.lastIndexOf("=");
  const text = line.slice(at + 1).trim();
  return at > 0 && text !== "" && (!isNumber || Number.isFinite(Number(text)));
}

/** `only_labels` as people say it. */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The parameter that a refusal names, as `pictures` of `pictures.labels`, and what it says. */
export function refusalOf(detail: unknown, message: string): { field: string; message: string } {
  const said = (detail ?? {}) as { field?: string; fields?: { field: string }[] };
  const field = said.field ?? said.fields?.[0]?.field ?? "";
  return { field: field.split(".")[0] ?? "", message };
}
