import type { Json, JsonObject } from "../api/types";
import type { FactRow } from "./Facts";
import { OrgLink } from "./OrgLink";

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
  const job = jobOf(value);
  if (job) return `job …${job.slice(-8)}`;
  const parts = Object.entries(value).map(([name, each]) => `${name} ${said(each)}`);
  return parts.join(" · ") || "–";
}

/** The job that a value is taken from. */
const jobOf = (value: Json | undefined): string | null =>
  value && typeof value === "object" && !Array.isArray(value) && typeof value["job_id"] === "string" ? value["job_id"] : null;

/** Parameters and the like as rows; short values in the letters of code. */
export const valuesOf = (values: JsonObject): FactRow[] =>
  Object.entries(values).map(([name, value]) => {
    const job = jobOf(value);
    const text = said(value);
    return { name, value: job ? <OrgLink path={`/jobs/${job}`}>{text}</OrgLink> : text, mono: text.length < 60 };
  });

/** A value as it stands in a field of a form. */
export const textOf = (value: Json | undefined): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";
