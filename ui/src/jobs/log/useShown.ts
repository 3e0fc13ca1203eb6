import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Stream } from "../../api/types";
import type { JobSearch } from "../detail/search";

/** What of the log is shown and what is looked for in it. */
export interface Shown {
  stream: Stream | null;
  q: string;
  regex: boolean;
  /** The number of the section that is searched; null: all of the log. */
  section: number | null;
}

export const shownOf = ({ stream, q, regex, section }: JobSearch): Shown => ({
  stream: stream ?? null,
  q: q ?? "",
  regex: regex === "yes",
  section: section === undefined ? null : Number(section),
});

export const addressOf = ({ stream, q, regex, section }: Shown): JobSearch => ({
  stream: stream ?? undefined,
  q: q || undefined,
  regex: regex ? "yes" : undefined,
  section: section === null ? undefined : String(section),
});

/** It stands in the address, so that a link shows the same. */
export function useShown(): [Shown, (part: Partial<Shown>) => void] {
  const { stream, q, regex, section } = useSearch({ from: "/$org/jobs/$job" });
  const navigate = useNavigate();
  const change = useCallback(
    (part: Partial<Shown>) =>
      void navigate({
        to: ".",
        search: (before) => ({ ...before, ...addressOf({ ...shownOf(before), ...part }) }),
        hash: true,
        replace: true,
        hashScrollIntoView: false,
      }),
    [navigate],
  );
  return [useMemo(() => shownOf({ stream, q, regex, section }), [stream, q, regex, section]), change];
}
