import { queryOptions, useQueries, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Cut } from "../../api/places";
import type { Page } from "../../api/types";
import styles from "./Grid.module.css";
import { cutAt, type Index, scrollTo, windowAt } from "./places";
import type { IdsBetween } from "./usePicking";

interface Thing {
  id: string;
}

/** Where pages of the list come from. `key` names the list in the cache; the same as long as that is. */
export interface Source<T> {
  key: readonly unknown[];
  fetch: (cut: Cut, signal: AbortSignal) => Promise<Page<T>>;
}

export interface TileProps<T> {
  place: number;
  total: number;
  /** Not here yet: undefined. */
  item: T | undefined;
  idsBetween: IdsBetween;
}

interface Props<T> {
  label: string;
  index: Index;
  /** A tile is at least so wide and exactly so tall, in CSS pixels. */
  narrowest: number;
  tall: number;
  source: Source<T>;
  /** The place that is seen first, when the list is opened. */
  start?: number;
  /** Which place is seen first, whenever that changes. */
  seen?: (place: number) => void;
  tile: (props: TileProps<T>) => ReactNode;
}

const PAGE = 60;
const SETTLED_MS = 70;

/** All of a list of any length: only what is seen is drawn, and asked for. */
export function Grid<T extends Thing>({ label, index, narrowest, tall, source, start = 0, seen: tell, tile }: Props<T>) {
  const place = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 900, height: 600 });
  const [scroll, setScroll] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const columns = Math.max(2, Math.floor(size.width / narrowest));
  const rows = Math.ceil(index.total / columns);
  const seen = windowAt(scroll, size.height, rows, tall);
  const [first, end] = [seen.from * columns, Math.min(index.total, seen.to * columns)];
  const things = useThings(source, index, first, end);
  const idsBetween = useIdsBetween(source, index);
  useFirstPlace(place, { start, total: index.total, columns, rows, tall, scroll, shape: `${columns} ${tall}` }, seen.first * columns, tell);

  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[event.key];
    const at = event.target instanceof HTMLElement ? Number(event.target.dataset["place"]) : Number.NaN;
    if (step === undefined || Number.isNaN(at)) return;
    event.preventDefault();
    const to = at + step;
    const next = place.current?.querySelector<HTMLElement>(`[data-place="${to}"]`);
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  return (
    <div ref={place} className={styles.place} onScroll={(event) => setScroll(event.currentTarget.scrollTop)} onKeyDown={move} tabIndex={-1}>
      <div style={{ height: seen.height }} className={styles.whole}>
        <ul
          className={styles.rows}
          aria-label={label}
          style={{ transform: `translateY(${seen.top}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridAutoRows: tall }}
        >
          {Array.from({ length: end - first }, (_, at) =>
            tile({ place: first + at, total: index.total, item: things.get(first + at), idsBetween }),
          )}
        </ul>
      </div>
    </div>
  );
}

interface Layout {
  start: number;
  total: number;
  columns: number;
  rows: number;
  tall: number;
  scroll: number;
  shape: string;
}

/** Keeps the place that is seen first: when the list is opened at one, and when tiles change their size. */
function useFirstPlace(element: React.RefObject<HTMLDivElement | null>, layout: Layout, first: number, tell?: (place: number) => void): void {
  const { start, total, columns, rows, tall, scroll, shape } = layout;
  const wanted = useRef<number | null>(start || null); // a place that the list is too short for yet
  const known = useRef({ shape, first: start });
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    if (known.current.shape !== shape) {
      wanted.current = wanted.current ?? known.current.first;
      known.current.shape = shape;
    }
    if (wanted.current !== null && wanted.current < total) {
      box.scrollTo({ top: scrollTo(Math.floor(wanted.current / columns), box.clientHeight, rows, tall) });
      known.current.first = wanted.current;
      wanted.current = null;
    }
  });
  useEffect(() => {
    const box = element.current;
    // what was just scrolled to is not drawn yet
    if (!box || wanted.current !== null || total === 0 || Math.abs(box.scrollTop - scroll) > 1) return;
    known.current.first = first;
    if (!tell) return;
    const timer = window.setTimeout(() => tell(first), 3 * SETTLED_MS);
    return () => window.clearTimeout(timer);
  }, [element, first, scroll, tell, total]);
}

const pageQuery = <T,>({ key, fetch }: Source<T>, cut: Cut) =>
  queryOptions({
    queryKey: [...key, cut],
    queryFn: ({ signal }) => fetch(cut, signal),
    staleTime: 60_000,
  });

/** The things at the places that are seen, as far as they are here. What only flies by is not asked for. */
function useThings<T extends Thing>(source: Source<T>, index: Index, first: number, end: number): Map<number, T> {
  const [asked, setAsked] = useState({ first, end });
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked({ first, end }), SETTLED_MS);
    return () => window.clearTimeout(timer);
  }, [first, end]);
  const from = Math.floor(asked.first / PAGE);
  const to = Math.ceil(Math.min(asked.end, index.total) / PAGE);
  const pages = Array.from({ length: Math.max(0, to - from) }, (_, at) => (from + at) * PAGE);
  const answers = useQueries({ queries: pages.map((page) => pageQuery(source, cutAt(index, page, PAGE))) });
  const things = new Map<number, T>();
  for (const [at, page] of pages.entries()) answers[at]?.data?.items.forEach((thing, offset) => things.set(page + offset, thing));
  return things;
}

function useIdsBetween<T extends Thing>(source: Source<T>, index: Index): IdsBetween {
  const cache = useQueryClient();
  return useCallback(
    async (from, to) => {
      const ids: string[] = [];
      for (let page = Math.floor(from / PAGE) * PAGE; page <= to; page += PAGE) {
        const { items } = await cache.query(pageQuery(source, cutAt(index, page, PAGE)));
        ids.push(...items.slice(Math.max(0, from - page), to - page + 1).map(({ id }) => id));
      }
      return ids;
    },
    [source, cache, index],
  );
}
