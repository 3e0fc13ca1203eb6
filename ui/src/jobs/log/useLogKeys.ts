import { type KeyBinding, useKeys } from "../../components/keys";

export interface LogKeys {
  search: () => void;
  hit: (by: 1 | -1) => void;
  error: (by: 1 | -1) => void;
  top: () => void;
  end: () => void;
  scroll: (rows: number) => void;
  page: (by: 1 | -1) => void;
  wrap: () => void;
  times: () => void;
  full: (is?: false) => void;
}

/** The log's keys, wherever on its page one is, but not while one writes. Moving keys need the log's focus. */
export function useLogKeys(keys: LogKeys): void {
  useKeys({ title: "Log", bindings: [...anywhere(keys), ...moving(keys).map((binding) => ({ ...binding, within: "[role=log]" }))] });
}

const anywhere = (keys: LogKeys): KeyBinding[] => [
  { keys: ["/"], says: "Search the whole log", act: keys.search },
  { keys: ["n"], says: "Next hit", act: () => keys.hit(1) },
  { keys: ["N"], says: "Previous hit", act: () => keys.hit(-1) },
  { keys: ["e"], says: "Next error", act: () => keys.error(1) },
  { keys: ["E"], says: "Previous error", act: () => keys.error(-1) },
  { keys: ["g"], says: "First line", act: keys.top },
  { keys: ["G"], says: "Last line", act: keys.end },
  { keys: ["w"], says: "Wrap long lines", act: keys.wrap },
  { keys: ["t"], says: "Change the times", act: keys.times },
  { keys: ["f"], says: "Full screen", act: () => keys.full() },
  { keys: ["Escape"], says: "Leave full screen", act: () => keys.full(false) },
];

const moving = (keys: LogKeys): KeyBinding[] => [
  { keys: ["Home"], says: "First line", act: keys.top },
  { keys: ["End"], says: "Last line", act: keys.end },
  { keys: ["ArrowUp"], says: "A line up", act: () => keys.scroll(-1) },
  { keys: ["ArrowDown"], says: "A line down", act: () => keys.scroll(1) },
  { keys: ["PageUp"], says: "A page up", act: () => keys.page(-1) },
  { keys: ["PageDown", " "], says: "A page down", act: () => keys.page(1) },
];
