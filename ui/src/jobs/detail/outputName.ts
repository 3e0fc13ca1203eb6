import { ApiError } from "../../api/client";
import type { Changes } from "../../api/jobs";

/** What a re-run would make under a name that exists: where the name stands, and one that is free. */
export interface TakenName {
  place: "inputs" | "parameters";
  key: string;
  proposal: string;
}

/** The taken name behind a refusal, or null if it was refused for something else. */
export function takenName(error: Error | null): TakenName | null {
  if (!(error instanceof ApiError) || error.code !== "name_taken") return null;
  const { field, proposal } = (error.detail ?? {}) as { field?: unknown; proposal?: unknown };
  if (typeof field !== "string" || typeof proposal !== "string") return null;
  const [place, key] = field.split(".", 2);
  if ((place !== "inputs" && place !== "parameters") || !key) return null;
  return { place, key, proposal };
}

export const renamed = (taken: TakenName, name: string): Changes => ({ [taken.place]: { [taken.key]: name } });
