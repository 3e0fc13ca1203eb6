/** What could be meant by the word that is being typed into the search. */
import { useQuery } from "@tanstack/react-query";
import { valuesQuery } from "../../api/jobs";
import { STATUS_WORD, STATUSES } from "../../components/status";
import { ENGINES, FAILURE_KINDS, isQualifier, JOB_TYPES, QUALIFIERS, type Qualifier } from "./filters";

export interface Suggestion {
  /** Takes the place of the last word. */
  word: string;
  hint?: string;
  /** The word is whole: it becomes a filter at once. */
  whole: boolean;
}

const LAST = /(?:(\w+):("?)([^"\s]*|(?<=")[^"]*)|(\w*))$/;

interface Asked {
  qualifier: Qualifier | undefined;
  typed: string;
}

export function asked(text: string): Asked {
  const [, name = "", , value = "", word = ""] = LAST.exec(text) ?? [];
  const qualifier = name.toLowerCase();
  return isQualifier(qualifier) ? { qualifier, typed: value.toLowerCase() } : { qualifier: undefined, typed: word.toLowerCase() };
}

/** The text with its last word replaced. */
export const complete = (text: string, word: string): string => text.replace(LAST, word);

const FIXED: Partial<Record<Qualifier, string[]>> = {
  status: STATUSES.map((status) => STATUS_WORD[status].toLowerCase()),
  type: JOB_TYPES.map((type) => type.toLowerCase()),
  engine: ENGINES,
  failure: FAILURE_KINDS,
  after: ["1h", "24h", "7d", "30d"],
  before: ["1h", "24h", "7d", "30d"],
  archived: ["yes", "any"],
};

const NAMED = ["user", "object", "processing"] as const;

export function useSuggestions(text: string, open: boolean): Suggestion[] {
  const { qualifier, typed } = asked(text);
  const named = NAMED.find((each) => each === qualifier);
  const { data } = useQuery({ ...valuesQuery(named ?? "user", typed), enabled: open && named !== undefined });
  if (!open) return [];
  if (!qualifier) return names(typed);
  const values = named ? [...(named === "user" ? ["me"] : []), ...(data ?? []).map(({ name }) => name)] : (FIXED[qualifier] ?? []);
  return values
    .filter((value) => value.toLowerCase().includes(typed))
    .map((value) => ({ word: `${qualifier}:${/\s/.test(value) ? `"${value}"` : value}`, whole: true }));
}

function names(typed: string): Suggestion[] {
  return (Object.keys(QUALIFIERS) as Qualifier[])
    .filter((name) => name.startsWith(typed))
    .map((name) => ({ word: `${name}:`, hint: QUALIFIERS[name].hint, whole: false }));
}
