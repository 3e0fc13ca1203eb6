import type { Json } from "../api/types";

/** A value as one reads it. */
export function said(value: Json | undefined): string {
  if (value === undefined || value === null) return "–";
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([name, each]) => `${name} ${said(each)}`).join(" · ");
  return String(value);
}

/** A value as it stands in a field of a form. */
export const textOf = (value: Json | undefined): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
