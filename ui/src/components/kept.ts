/** What this browser keeps of how its reader likes a thing. */
import { useState } from "react";

/** The value under `key` as `read` understands it (null: nothing is kept), and how to change it. */
export function useKept<T>(key: string, read: (stored: unknown) => T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => read(stored(key)));
  const change = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // storage is closed to us: it holds until the page is left
    }
  };
  return [value, change];
}

function stored(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
