import { Button } from "@mantine/core";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { LogSection, Run } from "../../api/types";
import { count, plural } from "../../components/numbers";
import { Failed } from "../../components/State";
import { isLive } from "../../components/status";
import { Heights } from "./heights";
import { HitList } from "./HitList";
import { LogFooter } from "./LogFooter";
import { LogRows } from "./LogRows";
import styles from "./LogViewer.module.css";
import { Rows } from "./rows";
import { afterThat, useLogSettings } from "./settings";
import { LogLines } from "./store";
import { Toolbar } from "./Toolbar";
import { hashOf, type Lines, useAddress } from "./useAddress";
import { useErrors } from "./useErrors";
import { useFolding } from "./useFolding";
import { useLogKeys } from "./useLogKeys";
import { useLogSearch } from "./useSearch";
import { useShown } from "./useShown";
import { useView } from "./view";
import { Viewport } from "./viewport";

const ROW_HEIGHT = 21;

/** The whole log of a run, from its first line, growing while the run goes on. */
export function LogViewer({ run }: { run: Run }) {
  const address = useShown();
  const [{ stream }, show] = address;
  const log = useMemo(() => new LogLines(run.id, stream), [run.id, stream]);
  useEffect(() => log.open(), [log]);
  useSyncExternalStore(log.watch, log.read);
  const { total, streams, sections, open, loaded, error, complete } = log.state;
  const live = isLive(run.status);
  const [settings, change] = useLogSettings();
  const shownSections = stream ? NONE : sections;
  const { folded, toggle, unfold } = useFolding(shownSections, total);
  const rows = useMemo(() => Rows.of(total, shownSections, folded), [total, shownSections, folded]);
  const tails = useMemo(
    () => Object.entries(open).filter(([name, text]) => text && (!stream || name === stream)),
    [open, stream],
  );
  const [heights] = useState(() => new Heights(ROW_HEIGHT));
  const [here, name] = useAddress();
  const [port] = useState(() => new Viewport(here === null && (live || run.status === "FAILED")));
  const { attach, toEnd } = port;
  const view = useView(port, rows.count + tails.length, heights);

  // A line has its number in the whole log only, so that is where one comes to it.
  const goTo = useGoTo(unfold, stream === null && loaded, () => show({ stream: null }), (line) => port.show(heights.top(rows.ofLine(line))));
  const search = useLogSearch(run.id, address, goTo);
  const mark = useArrival(here, loaded, goTo, name);
  const inSight = linesInSight(rows, view.first, view.last);
  const firstInSight = linesInSight(rows, heights.at(port.read().top), view.last)[0];
  const from = useCallback(() => here?.from ?? log.line(firstInSight)?.n ?? 0, [here, log, firstInSight]);
  const showError = useCallback(
    (line: number) => {
      mark(line, false);
      goTo(line);
    },
    [mark, goTo],
  );
  const errors = useErrors(run, from, showError);
  const [full, setFull] = useState(false);
  const [listed, setListed] = useState(false);
  const field = useRef<HTMLElement>(null);

  useLogKeys({
    search: () => field.current?.querySelector<HTMLInputElement>("[data-search]")?.focus(),
    hit: search.step,
    error: (by) => void errors.step(by),
    top: port.toTop,
    end: toEnd,
    scroll: (by) => port.move(by * ROW_HEIGHT),
    page: (by) => port.move(0, by),
    wrap: () => change({ wrap: !settings.wrap }),
    times: () => change({ timestamps: afterThat(settings.timestamps) }),
    full: (is) => setFull(is ?? !full),
  });

  const [first, last] = inSight;
  useEffect(() => {
    if (!last) return;
    const timer = window.setTimeout(() => log.need(first, last), 30);
    return () => window.clearTimeout(timer);
  }, [first, last, log, loaded, total]);

  return (
    <section ref={field} className={styles.viewer} aria-label="Log" data-full={full || undefined}>
      <Toolbar
        {...{ run, search, sections, listed, settings, change, streams, stream, errors, full, setFull }}
        list={() => setListed(!listed)}
        choose={(chosen) => {
          heights.forget(); // other rows
          show({ stream: chosen });
        }}
      />
      {error && !loaded ? (
        <Failed error={error} retry={log.retry} small />
      ) : (
        <div className={styles.middle}>
          <div className={styles.frame}>
            <div ref={attach} className={styles.box} role="log" aria-live="off" aria-label={`Log of run ${run.number}`} tabIndex={0}>
              <LogRows {...{ log, rows, tails, view, port, heights, settings, search, here, run, toggle, mark }} />
              {loaded && total === 0 && tails.length === 0 && <p className={styles.none}>{nothingYet(run, live, complete)}</p>}
            </div>
            <Newer live={live} stuck={view.stuck} total={total} toEnd={toEnd} />
          </div>
          {listed && <HitList run={run.id} stream={stream} search={search} goTo={goTo} />}
        </div>
      )}
      <LogFooter run={run} state={log.state} here={here} />
    </section>
  );
}

const NONE: LogSection[] = [];

/**
 * Comes to a line, out of whatever fold or filter it is hidden by: unfolds now, goes when that is drawn.
 */
function useGoTo(
  unfold: (line: number) => void,
  ready: boolean,
  unfilter: () => void,
  show: (line: number) => void,
): (line: number) => void {
  const [goal, setGoal] = useState<{ line: number } | null>(null);
  const reached = useRef<object | null>(null);
  const clear = useRef(unfilter);
  useLayoutEffect(() => {
    clear.current = unfilter;
    if (!goal || !ready || reached.current === goal) return;
    reached.current = goal;
    show(goal.line);
  }, [goal, ready, show, unfilter]);
  return useCallback(
    (line: number) => {
      clear.current();
      unfold(line);
      setGoal({ line });
    },
    [unfold],
  );
}

function nothingYet(run: Run, live: boolean, complete: boolean): string {
  if (run.status === "PENDING" || run.status === "QUEUED") return run.waiting ?? "The log begins when the run starts.";
  if (live || !complete) return "Nothing was printed yet.";
  return "This run printed nothing.";
}

/**
 * Comes to the lines of the address once, when the log is there, and again when others are named; but not to
 * what was marked here, under the reader's own hand.
 */
function useArrival(here: Lines | null, loaded: boolean, goTo: (line: number) => void, name: (lines: Lines) => void) {
  const arrived = useRef<string | null>(null);
  useEffect(() => {
    if (!loaded || here === null || arrived.current === hashOf(here)) return;
    arrived.current = hashOf(here);
    goTo(here.from);
  }, [here, loaded, goTo]);
  const latest = useRef(here);
  useEffect(() => {
    latest.current = here;
  }, [here]);
  return useCallback(
    (line: number, extend: boolean) => {
      const start = extend ? (latest.current?.from ?? line) : line;
      const lines = { from: Math.min(start, line), to: Math.max(start, line) };
      arrived.current = hashOf(lines);
      name(lines);
    },
    [name],
  );
}

function linesInSight(rows: Rows, first: number, last: number): [number, number] {
  let from = 0;
  let to = 0;
  for (let row = first; row <= last; row += 1) {
    const shown = rows.at(row);
    if (shown?.kind !== "line") continue;
    from ||= shown.line;
    to = shown.line;
  }
  return [from, to];
}

/** What came while one reads further up. */
function Newer({ live, stuck, total, toEnd }: { live: boolean; stuck: boolean; total: number; toEnd: () => void }) {
  const [seen, setSeen] = useState(total);
  if (stuck && seen !== total) setSeen(total);
  if (stuck || !live) return null;
  const news = total - seen;
  return (
    <Button
      className={styles.newer}
      variant="filled"
      size="xs"
      onClick={toEnd}
      leftSection={<ArrowDown size={13} aria-hidden="true" />}
      aria-label={`${count(news)} new lines, go to the end`}
    >
      {news > 0 ? plural(news, "new line") : "Follow"}
    </Button>
  );
}
