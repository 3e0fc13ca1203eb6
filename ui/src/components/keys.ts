/** The keys of what is on the page: each part binds a table of them, and the map of keys shows the tables that are bound. */
import { useEffect, useRef } from "react";

export interface KeyBinding {
  /** As the browser names them: "j", "?", "Escape". All do the same. */
  keys: readonly string[];
  says: string;
  act: () => void;
  /** Only where the focus is within, or nowhere: a selector. */
  within?: string;
}

export interface KeyTable {
  title: string;
  bindings: readonly KeyBinding[];
}

/** Where a key was pressed. */
export type Place = Pick<Element, "closest"> | null;

const WRITING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const BY_ITSELF = "[role=dialog], [role=menu], [role=listbox]"; // has keys of its own

/** What a key means at a place; of two tables that know it, the one that came last. */
export function bindingOf(tables: readonly KeyTable[], key: string, place: Place): KeyBinding | undefined {
  if (place?.closest(`${WRITING}, ${BY_ITSELF}`)) return undefined;
  return tables
    .toReversed()
    .flatMap(({ bindings }) => bindings)
    .find(({ keys, within }) => keys.includes(key) && (!within || !place || place.closest(within) !== null));
}

/** What people read of the tables: by title, and in it by meaning, the keys that have it. */
export function mapOf(tables: readonly KeyTable[]): Map<string, Map<string, string[]>> {
  const map = new Map<string, Map<string, string[]>>();
  for (const { title, bindings } of tables) {
    const part = map.get(title) ?? new Map<string, string[]>();
    for (const { says, keys } of bindings) part.set(says, [...(part.get(says) ?? []), ...keys]);
    if (part.size) map.set(title, part);
  }
  return map;
}

const NAMES: Record<string, string> = {
  " ": "Space",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page up",
  PageDown: "Page down",
};

/** X: Shift x */
export function namesOf(key: string): string[] {
  if (/^[A-Z]$/.test(key)) return ["Shift", key.toLowerCase()];
  return [NAMES[key] ?? key];
}

type Read = () => KeyTable;

class BoundKeys {
  private bound: readonly Read[] = [];
  private readers = new Set<() => void>();

  /** The same array until a table comes or goes. */
  read = (): readonly Read[] => this.bound;

  watch = (tell: () => void): (() => void) => {
    this.readers.add(tell);
    return () => this.readers.delete(tell);
  };

  bind(table: Read): () => void {
    if (!this.bound.length) document.addEventListener("keydown", this.press);
    this.change([...this.bound, table]);
    return () => {
      this.change(this.bound.filter((each) => each !== table));
      if (!this.bound.length) document.removeEventListener("keydown", this.press);
    };
  }

  private change(bound: readonly Read[]): void {
    this.bound = bound;
    for (const tell of this.readers) tell();
  }

  private press = (event: KeyboardEvent): void => {
    // some layouts write [ and ] with AltGr, which then counts as Ctrl and Alt
    const commands = (event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph");
    if (commands || event.metaKey || event.defaultPrevented) return;
    const place = event.target instanceof Element && event.target !== document.body ? event.target : null;
    const binding = this.find(event.key, place);
    if (!binding) return;
    if (event.key !== "Escape") event.preventDefault();
    binding.act();
  };

  /** As if the key were pressed: what a button does that stands for a key. */
  do(key: string): void {
    this.find(key, null)?.act();
  }

  private find(key: string, place: Place): KeyBinding | undefined {
    return bindingOf(this.bound.map((table) => table()), key, place);
  }
}

export const boundKeys = new BoundKeys();

/** Binds a table while the component is on the page. */
export function useKeys(table: KeyTable): void {
  const latest = useRef(table);
  useEffect(() => {
    latest.current = table;
  });
  useEffect(() => boundKeys.bind(() => latest.current), []);
}
