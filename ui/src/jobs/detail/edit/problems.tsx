/** What the server says of a draft, at the fields that it is about. */
import type { ReactNode } from "react";
import { ApiError } from "../../../api/client";
import type { RerunCheck } from "../../../api/types";
import styles from "./Edit.module.css";

type Problem = RerunCheck["problems"][number];

/** The problems of the last check, else the refusal of the launch itself. */
export function problemsOf(check: RerunCheck | undefined, refused: Error | null): Problem[] {
  const found = check?.problems ?? [];
  if (found.length || !refused) return found;
  const facts = refused instanceof ApiError ? ((refused.detail ?? {}) as { field?: unknown; proposal?: unknown }) : {};
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return [{ field: text(facts.field) ?? "", message: refused.message, proposal: text(facts.proposal) }];
}

/** Those of one place, by the name of the field; with a button that takes what is proposed. */
export function errorsOf(
  problems: readonly Problem[],
  place: string,
  take?: (name: string, proposal: string) => void,
): Record<string, ReactNode> {
  const found: Record<string, ReactNode> = {};
  for (const { field, message, proposal } of problems) {
    if (!field.startsWith(`${place}.`)) continue;
    const name = field.slice(place.length + 1);
    found[name] =
      proposal && take ? (
        <>
          {message}{" "}
          <button type="button" className={styles.take} onClick={() => take(name, proposal)}>
            Use {proposal}
          </button>
        </>
      ) : (
        plainly(message, field)
      );
  }
  return found;
}

/** By the server's names of fields. */
export const byField = (problems: readonly Problem[]): Record<string, ReactNode> =>
  Object.fromEntries(problems.map(({ field, message }) => [field, plainly(message, field)]));

/** The sentence without the name of the field that it stands at. */
function plainly(message: string, field: string): string {
  if (!message.startsWith(`${field} `)) return message;
  const rest = message.slice(field.length + 1);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
