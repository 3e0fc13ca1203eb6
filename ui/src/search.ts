/** The query part of addresses, readable: ?status=FAILED&status=KILLED&search=tiles */

export type RawSearch = Record<string, string | string[]>;

export function parseSearch(text: string): RawSearch {
  const found: RawSearch = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    found[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) if (typeof each === "string" && each) pairs.append(name, each);
  }
  const text = pairs.toString();
  return text ? `?${text}` : "";
}

export const one = (value: unknown): string | undefined => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first ? first : undefined;
};

export const many = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === "string" && each !== "");

/** `value` if it is one of `choices`. */
export function choice<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  const text = one(value);
  return choices.find((each) => each === text);
}
