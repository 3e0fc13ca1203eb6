import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ServerEvent } from "../../api/events";
import { type JobFilters, jobsPage, jobsQuery } from "../../api/jobs";
import type { JobRow } from "../../api/types";
import { useLive, useServerEvents } from "../../shell/live";
import { allRows, changesIn, heldStill, putOnTop, type Rows, unknownTo } from "./merge";

/** The rows to show. While paused they stand still; what is new waits to be let in. */
export function useJobs(filters: JobFilters, paused: boolean, top: RefObject<HTMLElement | null>) {
  const cache = useQueryClient();
  const live = useLive();
  const query = useInfiniteQuery(jobsQuery(filters));
  const key = JSON.stringify(filters);
  const [waiting, setWaiting] = useState<{ key: string; rows: JobRow[] }>({ key, rows: [] });

  const letIn = useCallback(
    (fresh: JobRow[]) => {
      cache.setQueryData<Rows>(jobsQuery(filters).queryKey, (rows) => rows && putOnTop(rows, fresh));
      setWaiting({ key, rows: [] });
      // An event of theirs may have come before they stood in the list.
      live.refresh(fresh.filter((row) => !row.finished_at).map((row) => row.id));
    },
    [cache, filters, key, live],
  );

  const look = useCallback(async () => {
    const fresh = (await jobsPage(filters, null)).items;
    const rows = cache.getQueryData<Rows>(jobsQuery(filters).queryKey);
    const news = rows ? unknownTo(rows, fresh) : [];
    if (!news.length) return;
    if (paused || !inSight(top.current)) setWaiting({ key, rows: news });
    else letIn(news);
  }, [cache, filters, key, paused, letIn, top]);
  useNewcomers(look);

  const rows = useMemo(() => (query.data ? allRows(query.data) : []), [query.data]);
  const [frozen, setFrozen] = useState<{ key: string; rows: JobRow[] } | null>(null);
  if (paused && (frozen === null || frozen.key !== key) && query.data && !query.isPlaceholderData) setFrozen({ key, rows });
  if (!paused && frozen) setFrozen(null);
  const still = paused && frozen?.key === key ? frozen.rows : null;
  const newcomers = waiting.key === key ? waiting.rows : [];

  /** New jobs come in, and rows that were held still say what they say by now. */
  const update = () => {
    letIn(newcomers);
    const now = cache.getQueryData<Rows>(jobsQuery(filters).queryKey);
    if (still && now) setFrozen({ key, rows: allRows(now) });
  };
  return {
    query,
    rows: useMemo(() => (still ? heldStill(still, rows) : rows), [still, rows]),
    /** How much waits for `update`. */
    news: newcomers.length + (still ? changesIn(still, rows) : 0),
    update,
  };
}

/** Many jobs may start at once: one look for all of them. */
function useNewcomers(look: () => Promise<void>): void {
  const timer = useRef(0);
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  }, [look]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const hear = useCallback((event: ServerEvent) => {
    if (event.kind !== "run_created" || timer.current) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      latest.current().catch(() => undefined); // the next event looks again
    }, 250);
  }, []);
  useServerEvents(hear);
}

function inSight(element: HTMLElement | null): boolean {
  return element ? element.getBoundingClientRect().bottom > 0 : true;
}
