/** What could be meant by the word that is being typed into a search box: `status:fai`. */

export interface Suggestion {
  /** Takes the place of the last word. */
  word: string;
  hint?: string;
  /** The word is whole: it becomes a filter at once. */
  whole: boolean;
}

/** The filters of a search box by name: what each takes, in people's words, and the values that are known. */
export type Language = Record<string, { hint: string; values?: readonly string[] }>;

const LAST = /(?:(\w+):("?)([^"\s]*|(?<=")[^"]*)|(\w*))$/;

/** The filter whose value is being typed, if it is one, and what is typed of it, in small letters. */
export function asked(text: string, language: Language): { name: string | undefined; typed: string } {
  if (isQuoted(text)) return { name: undefined, typed: '"' };
  const [, before = "", , value = "", word = ""] = LAST.exec(text) ?? [];
  const name = before.toLowerCase();
  if (Object.hasOwn(language, name)) return { name, typed: value.toLowerCase() };
  return { name: undefined, typed: before ? `${name}:` : word.toLowerCase() };
}

/** Whether it ends with the quote that closes a word, which is whole then. */
const isQuoted = (text: string): boolean => text.endsWith('"') && text.split('"').length % 2 === 1;

/** The text with its last word replaced. */
export const complete = (text: string, word: string): string => text.replace(LAST, word);

export function suggestions(text: string, language: Language): Suggestion[] {
  const { name, typed } = asked(text, language);
  if (!name) return names(typed, language);
  return (language[name]?.values ?? [])
    .filter((value) => value.toLowerCase().includes(typed))
    .map((value) => ({ word: `${name}:${/\s/.test(value) ? `"${value}"` : value}`, whole: true }));
}

function names(typed: string, language: Language): Suggestion[] {
  return Object.entries(language)
    .filter(([name]) => name.startsWith(typed))
    .map(([name, { hint }]) => ({ word: `${name}:`, hint, whole: false }));
}
