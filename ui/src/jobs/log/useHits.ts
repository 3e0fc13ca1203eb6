import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { searchLog } from "../../api/log";
import type { Stream } from "../../api/types";

interface Question {
  q: string;
  regex: boolean;
  stream: Stream | null;
  section: number | null;
  /** So many hits at once. */
  limit: number;
  /** So many lines around each hit. */
  around?: number;
}

/**
 * The hits in a whole log, a part at a time. The server answers after some seconds with what it has found by then: a part
 * that is short for that reason is followed by the next without being asked for.
 */
export function useHits(run: string, question: Question) {
  const { q, regex, stream, section, limit, around = 0 } = question;
  const query = useInfiniteQuery({
    queryKey: ["runs", run, "hits", q, regex, stream, section, limit, around],
    queryFn: ({ pageParam, signal }) =>
      searchLog(run, { q, regex, stream: stream ?? undefined, section: section ?? undefined, limit, around }, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (last) => last.next,
    enabled: q !== "",
    retry: false,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  const last = data?.pages.at(-1);
  const isCutShort = hasNextPage && !isFetching && !isError && last !== undefined && last.hits.length < limit;
  useEffect(() => {
    if (isCutShort) void fetchNextPage();
  }, [isCutShort, fetchNextPage]);
  return query;
}
