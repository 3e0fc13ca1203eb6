import type { Json, JsonObject } from "../api/types";
import type { FactRow } from "./Facts";

/** A value as one reads it. */
export function said(value: Json | undefined): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.map(said).join(", ") || "–";
  if (typeof value === "object") return ofObject(value);
  return String(value);
}

function ofObject(value: { [key: string]: Json }): string {
  // a kept file: its name says enough, where it is kept nothing
  if ("object_name" in value && typeof value["name"] === "string") return value["name"];
  const parts = Object.entries(value).map(([name, each]) => `${name} ${said(each)}`);
  return parts.join(" · ") || "–";
}

/** Parameters and the like as rows; short values in the letters of code. */
export const valuesOf = (values: JsonObject): FactRow[] =>
  Object.entries(values).map(([name, value]) => ({ name, value: said(value), mono: said(value).length < 60 }));

/** A value as it stands in a field of a form. */
export const textOf = (value: Json | undefined): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
