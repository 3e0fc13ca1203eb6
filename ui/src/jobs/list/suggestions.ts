/** What could be meant by the word that is being typed into the search for jobs. */
import { useQuery } from "@tanstack/react-query";
import { valuesQuery } from "../../api/jobs";
import { asked, type Language, type Suggestion, suggestions } from "../../components/search/suggestions";
import { STATUS_WORD, STATUSES } from "../../components/status";
import { ENGINES, FAILURE_KINDS, JOB_TYPES, QUALIFIERS } from "./filters";

const AGES = ["1h", "24h", "7d", "30d"];

const LANGUAGE = {
  ...QUALIFIERS,
  status: { ...QUALIFIERS.status, values: STATUSES.map((status) => STATUS_WORD[status].toLowerCase()) },
  type: { ...QUALIFIERS.type, values: JOB_TYPES.map((type) => type.toLowerCase()) },
  engine: { ...QUALIFIERS.engine, values: ENGINES },
  failure: { ...QUALIFIERS.failure, values: FAILURE_KINDS },
  after: { ...QUALIFIERS.after, values: AGES },
  before: { ...QUALIFIERS.before, values: AGES },
  archived: { ...QUALIFIERS.archived, values: ["yes", "any"] },
} satisfies Language;

const NAMED = ["user", "object", "processing"] as const;

export function useSuggestions(text: string, open: boolean): Suggestion[] {
  const { name, typed } = asked(text, LANGUAGE);
  const named = NAMED.find((each) => each === name);
  const { data } = useQuery({ ...valuesQuery(named ?? "user", typed), enabled: open && named !== undefined });
  if (!open) return [];
  if (!named) return suggestions(text, LANGUAGE);
  const values = [...(named === "user" ? ["me"] : []), ...(data ?? []).map((one) => one.name)];
  return suggestions(text, { ...LANGUAGE, [named]: { ...QUALIFIERS[named], values } });
}
