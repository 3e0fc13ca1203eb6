import { useQueries } from "@tanstack/react-query";
import { Check, ImageOff } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { withinQuery } from "../api/datalakes";
import type { DataFile } from "../api/types";
import styles from "./Grid.module.css";
import { cutAt, type Index, windowAt } from "./places";
import type { Picking } from "./usePicking";

interface Props {
  datalake: string;
  q: string;
  index: Index;
  picking: Picking;
  open: (data: string) => void;
}

const NARROWEST = 176;
const TALL = 188;
const PAGE = 60;
const SETTLED_MS = 70;

/** All files of a list of any length: only what is seen is drawn, and asked for. */
export function Grid({ datalake, q, index, picking, open }: Props) {
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
  const columns = Math.max(2, Math.floor(size.width / NARROWEST));
  const rows = Math.ceil(index.total / columns);
  const seen = windowAt(scroll, size.height, rows, TALL);
  const [first, end] = [seen.from * columns, Math.min(index.total, seen.to * columns)];
  const files = useFiles(datalake, q, index, first, end);

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
          aria-label="Files"
          style={{ transform: `translateY(${seen.top}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridAutoRows: TALL }}
        >
          {Array.from({ length: end - first }, (_, at) => (
            <Tile key={first + at} place={first + at} total={index.total} file={files.get(first + at)} picking={picking} idAt={(at) => files.get(at)?.id} open={open} />
          ))}
        </ul>
      </div>
    </div>
  );
}

/** The files at the places that are seen, as far as they are here. What only flies by is not asked for. */
function useFiles(datalake: string, q: string, index: Index, first: number, end: number): Map<number, DataFile> {
  const [asked, setAsked] = useState({ first, end });
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked({ first, end }), SETTLED_MS);
    return () => window.clearTimeout(timer);
  }, [first, end]);
  const from = Math.floor(asked.first / PAGE);
  const to = Math.ceil(Math.min(asked.end, index.total) / PAGE);
  const pages = Array.from({ length: Math.max(0, to - from) }, (_, at) => (from + at) * PAGE);
  const answers = useQueries({ queries: pages.map((page) => withinQuery(datalake, q, cutAt(index, page, PAGE))) });
  const files = new Map<number, DataFile>();
  for (const [at, page] of pages.entries()) answers[at]?.data?.items.forEach((file, offset) => files.set(page + offset, file));
  return files;
}

interface TileProps {
  place: number;
  total: number;
  file: DataFile | undefined;
  picking: Picking;
  idAt: (place: number) => string | undefined;
  open: (data: string) => void;
}

function Tile({ place, total, file, picking, idAt, open }: TileProps) {
  if (!file) return <li className={styles.tile} data-waiting aria-setsize={total} aria-posinset={place + 1} />;
  const picked = picking.isPicked(file.id);
  const press = (event: MouseEvent) => {
    if (event.shiftKey) picking.extend(place, idAt);
    else if (event.ctrlKey || event.metaKey || picking.any) picking.toggle(place, file.id);
    else open(file.id);
  };
  return (
    <li className={styles.tile} data-picked={picked || undefined} aria-setsize={total} aria-posinset={place + 1}>
      <button
        type="button"
        className={styles.frame}
        data-place={place}
        onClick={press}
        onKeyDown={(event) => {
          if (event.key !== " " && event.key !== "x") return;
          event.preventDefault();
          picking.toggle(place, file.id);
        }}
        aria-label={`${file.filename}${file.thumbnail ? "" : ", not uploaded"}${picked ? ", selected" : ""}`}
      >
        {file.thumbnail ? (
          <img src={file.thumbnail} alt="" decoding="async" />
        ) : (
          <span className={styles.missing}>
            <ImageOff size={18} strokeWidth={1.5} aria-hidden="true" /> not uploaded
          </span>
        )}
      </button>
      <button
        type="button"
        className={styles.check}
        role="checkbox"
        aria-checked={picked}
        aria-label={`Select ${file.filename}`}
        tabIndex={-1}
        onClick={(event) => (event.shiftKey ? picking.extend(place, idAt) : picking.toggle(place, file.id))}
      >
        {picked && <Check size={13} strokeWidth={3} aria-hidden="true" />}
      </button>
      <span className={styles.name} title={file.filename}>
        {file.filename}
      </span>
    </li>
  );
}
