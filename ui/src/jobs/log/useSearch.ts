import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { searchLog } from "../../api/log";
import type { LogHit, Stream } from "../../api/types";
import { patternOf } from "./ansi";

export interface LogSearch {
  q: string;
  regex: boolean;
  setQ: (q: string) => void;
  setRegex: (regex: boolean) => void;
  pattern: RegExp | null;
  hits: LogHit[];
  /** There are more hits than were fetched. */
  more: boolean;
  at: number;
  error: Error | null;
  busy: boolean;
  /** Goes to the next or the previous hit. */
  step: (by: 1 | -1) => void;
}

/** Search over the whole log, on the server; here only the hits and where one stands among them. */
export function useLogSearch(run: string, stream: Stream | null, goTo: (line: number) => void): LogSearch {
  const [q, setQ] = useState("");
  const [regex, setRegex] = useState(false);
  const [wanted] = useDebouncedValue(q.trim(), 250);
  const [place, setPlace] = useState({ key: "", at: -1 });
  const query = useInfiniteQuery({
    queryKey: ["runs", run, "search", wanted, regex, stream],
    queryFn: ({ pageParam, signal }) => searchLog(run, { q: wanted, regex, stream: stream ?? undefined }, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next,
    enabled: wanted !== "",
    retry: false,
  });
  const pattern = useMemo(() => patternOf(wanted, regex), [wanted, regex]);
  const key = `${wanted}/${regex}/${stream ?? ""}`;
  const hits = useMemo(
    () => (wanted && !query.isError ? (query.data?.pages.flatMap((page) => page.hits) ?? []) : []),
    [wanted, query.isError, query.data],
  );
  const at = place.key === key ? place.at : -1;
  const more = query.hasNextPage;

  const choose = (index: number, known: LogHit[] = hits) => {
    const hit = known[index];
    if (!hit) return;
    setPlace({ key, at: index });
    goTo(hit.n);
  };
  const step = (by: 1 | -1) => {
    if (!hits.length) return;
    if (at < 0) choose(by > 0 ? 0 : hits.length - 1);
    else if (at + by < hits.length || !more) choose((at + by + hits.length) % hits.length);
    else void query.fetchNextPage().then(({ data }) => choose(at + by, data?.pages.flatMap((page) => page.hits)));
  };
  return {
    q,
    regex,
    setQ,
    setRegex,
    pattern,
    hits,
    more,
    at,
    error: wanted ? query.error : null,
    busy: wanted !== "" && query.isFetching,
    step,
  };
}
