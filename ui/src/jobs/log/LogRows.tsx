import { type RefObject, useLayoutEffect, useRef } from "react";
import type { Run } from "../../api/types";
import { count } from "../../components/numbers";
import type { Heights } from "./heights";
import { LogLineRow, OpenRow } from "./LogLineRow";
import styles from "./LogRows.module.css";
import type { Rows } from "./rows";
import { SectionRow } from "./SectionRow";
import type { LogSettings } from "./settings";
import type { Lines } from "./useAddress";
import type { LogLines } from "./store";
import type { LogSearch } from "./useSearch";
import type { View } from "./view";
import type { Viewport } from "./viewport";

interface Props {
  log: LogLines;
  rows: Rows;
  /** Lines that are still being written, by stream. */
  tails: [string, string][];
  view: View;
  port: Viewport;
  heights: Heights;
  settings: LogSettings;
  search: LogSearch;
  here: Lines | null;
  run: Run;
  toggle: (section: number) => void;
  mark: (line: number, extend: boolean) => void;
}

/** The rows in sight, on a paper as tall as the whole log. */
export function LogRows({ log, rows, tails, view, port, heights, settings, search, here, run, toggle, mark }: Props) {
  const slab = useRef<HTMLDivElement>(null);
  useMeasured(slab, view, port, heights, settings.wrap, rows.count);
  const start = Date.parse(run.started_at ?? run.created_at);
  const hit = search.hits[search.at]?.n ?? null;
  const drawn = [];
  for (let index = view.first; index <= view.last; index += 1) {
    const row = rows.at(index);
    const tail = tails[index - rows.count];
    if (row?.kind === "section") {
      drawn.push(<SectionRow key={`s${row.section.number}`} {...row} run={run} toggle={toggle} />);
    } else if (row) {
      const line = log.line(row.line);
      const number = line?.n ?? row.line;
      drawn.push(
        <LogLineRow
          key={row.line}
          n={row.line}
          line={line}
          timestamps={settings.timestamps}
          start={start}
          pattern={search.pattern}
          here={here !== null && here.from <= number && number <= here.to}
          hit={number === hit}
          mark={mark}
          whole={log.whole}
        />,
      );
    } else if (tail) {
      drawn.push(<OpenRow key={tail[0]} stream={tail[0]} text={tail[1]} timestamps={settings.timestamps} />);
    }
  }
  const digits = count(Math.max(100, run.log.lines, log.state.total)).length;
  return (
    <div className={styles.paper} style={{ height: view.height }}>
      <div
        ref={slab}
        className={styles.slab}
        data-wrap={settings.wrap || undefined}
        style={{ top: view.offset, ["--digits" as string]: digits }}
      >
        {drawn}
      </div>
    </div>
  );
}

/** Wrapped rows tell their height once they are drawn; unwrapped ones all have the same. */
function useMeasured(
  slab: RefObject<HTMLElement | null>,
  view: View,
  port: Viewport,
  heights: Heights,
  wrap: boolean,
  count: number,
): void {
  const last = useRef({ wrap, count });
  useLayoutEffect(() => {
    const before = last.current;
    last.current = { wrap, count };
    const moved = before.wrap !== wrap || count < before.count;
    if (moved) heights.forget(); // rows have changed their places
    if (!wrap || !slab.current) {
      if (moved) port.redraw();
      return;
    }
    const { grown, above } = measure(slab.current, view.first, heights, port.read().top);
    if (grown || moved) port.redraw(above);
  });
}

/** By how much the rows in sight grew, and how much of that lies above what one reads. */
function measure(slab: HTMLElement, first: number, heights: Heights, top: number) {
  let grown = 0;
  let above = 0;
  [...slab.children].forEach((child, index) => {
    const by = heights.measured(first + index, child.getBoundingClientRect().height);
    grown += Math.abs(by);
    if (heights.top(first + index + 1) - by <= top) above += by;
  });
  return { grown, above };
}
