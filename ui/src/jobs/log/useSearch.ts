import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { searchLog } from "../../api/log";
import type { LogLine } from "../../api/types";
import { patternOf } from "./ansi";

export interface LogSearch {
  q: string;
  regex: boolean;
  setQ: (q: string) => void;
  setRegex: (regex: boolean) => void;
  pattern: RegExp | null;
  hits: LogLine[];
  /** There are more hits than were fetched. */
  more: boolean;
  at: number;
  error: Error | null;
  busy: boolean;
  /** Answers the line to show. */
  step: (by: 1 | -1) => number | null;
}

/** Search over the whole log, on the server; here only the hits and where one stands among them. */
export function useLogSearch(run: string): LogSearch {
  const [q, setQ] = useState("");
  const [regex, setRegex] = useState(false);
  const [wanted] = useDebouncedValue(q.trim(), 250);
  const [place, setPlace] = useState({ key: "", at: -1 });
  const query = useQuery({
    queryKey: ["runs", run, "search", wanted, regex],
    queryFn: ({ signal }) => searchLog(run, { q: wanted, regex }, 0, signal),
    enabled: wanted !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
  const pattern = useMemo(() => patternOf(wanted, regex), [wanted, regex]);
  const key = `${wanted}/${regex}`;
  const hits = wanted && !query.isError ? (query.data?.hits ?? []) : [];
  const at = place.key === key ? place.at : -1;

  const step = (by: 1 | -1): number | null => {
    if (!hits.length) return null;
    const next = at < 0 ? (by > 0 ? 0 : hits.length - 1) : (at + by + hits.length) % hits.length;
    setPlace({ key, at: next });
    return hits[next]?.n ?? null;
  };
  return {
    q,
    regex,
    setQ,
    setRegex,
    pattern,
    hits,
    more: query.data?.next != null,
    at,
    error: wanted ? query.error : null,
    busy: wanted !== "" && query.isFetching,
    step,
  };
}
