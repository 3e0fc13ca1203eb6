import { useCallback, useMemo, useState } from "react";
import type { LogSection } from "../../api/types";

/** Which sections are folded: the set-up once it has ended well, else what the reader folds. */
export function useFolding(sections: LogSection[], total: number) {
  const [chosen, setChosen] = useState<ReadonlyMap<number, boolean>>(new Map());
  const folded = useMemo(() => {
    const result = new Set<number>();
    for (const section of sections) if (chosen.get(section.number) ?? isOver(section, total)) result.add(section.number);
    return result;
  }, [sections, chosen, total]);

  const toggle = useCallback(
    (number: number) => setChosen((before) => new Map(before).set(number, !folded.has(number))),
    [folded],
  );
  /** Unfolds what hides a line. */
  const unfold = useCallback(
    (line: number) =>
      setChosen((before) => {
        const next = new Map(before);
        for (const section of sections) {
          if (section.line <= line && line < (section.end_line ?? Infinity)) next.set(section.number, false);
        }
        return next;
      }),
    [sections],
  );
  return { folded, toggle, unfold };
}

function isOver({ name, ended_at, end_line }: LogSection, total: number): boolean {
  return name === "Set up" && ended_at !== null && typeof end_line === "number" && end_line <= total;
}
