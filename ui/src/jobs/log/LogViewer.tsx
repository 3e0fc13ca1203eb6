import { Button } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Run } from "../../api/types";
import { count, plural } from "../../components/numbers";
import { Failed } from "../../components/State";
import { isLive } from "../../components/status";
import { Heights } from "./heights";
import { LogFooter } from "./LogFooter";
import { LogRows } from "./LogRows";
import styles from "./LogViewer.module.css";
import { Rows } from "./rows";
import { useLogSettings } from "./settings";
import { LogLines } from "./store";
import { Toolbar } from "./Toolbar";
import { useFolding } from "./useFolding";
import { useLogSearch } from "./useSearch";
import { useView } from "./view";
import { Viewport } from "./viewport";

const ROW_HEIGHT = 21;

/** The whole log of a run, from its first line, growing while the run goes on. */
export function LogViewer({ run }: { run: Run }) {
  const [log] = useState(() => new LogLines(run.id));
  useEffect(() => log.open(), [log]);
  useSyncExternalStore(log.watch, log.read);
  const { total, sections, open, loaded, error, complete } = log.state;
  const live = isLive(run.status);
  const [settings, change] = useLogSettings();
  const search = useLogSearch(run.id);
  const { folded, toggle, unfold } = useFolding(sections, total);
  const rows = useMemo(() => Rows.of(total, sections, folded), [total, sections, folded]);
  const tails = useMemo(() => Object.entries(open).filter(([, text]) => text), [open]);
  const [heights] = useState(() => new Heights(ROW_HEIGHT));
  const [here, mark] = useLineInAddress();
  const [port] = useState(() => new Viewport(here === null && (live || run.status === "FAILED")));
  const { attach, toEnd } = port;
  const view = useView(port, rows.count + tails.length, heights);

  const goTo = useGoTo(unfold, (line) => port.show(heights.top(rows.ofLine(line))));
  const markHere = useArrival(here, loaded, goTo, mark);

  useEffect(() => {
    const [from, to] = linesInSight(rows, view.first, view.last);
    if (!to) return;
    const timer = window.setTimeout(() => log.need(from, to), 30);
    return () => window.clearTimeout(timer);
  }, [rows, view.first, view.last, log, loaded]);

  return (
    <section className={styles.viewer} aria-label="Log">
      <Toolbar run={run} search={search} settings={settings} change={change} goTo={goTo} />
      {error && !loaded ? (
        <Failed error={error} retry={log.retry} small />
      ) : (
        <div className={styles.frame}>
          <div ref={attach} className={styles.box} role="log" aria-live="off" aria-label={`Log of run ${run.number}`} tabIndex={0}>
            <LogRows
              {...{ log, rows, tails, view, port, heights, settings, search, here, run, toggle, mark: markHere }}
            />
            {loaded && total === 0 && tails.length === 0 && <p className={styles.none}>{nothingYet(run, live, complete)}</p>}
          </div>
          <Newer live={live} stuck={view.stuck} total={total} toEnd={toEnd} />
        </div>
      )}
      <LogFooter run={run} state={log.state} here={here} />
    </section>
  );
}

/** Comes to a line, out of whatever fold it is in: unfolds now, goes when that is drawn. */
function useGoTo(unfold: (line: number) => void, show: (line: number) => void): (line: number) => void {
  const [goal, setGoal] = useState<{ line: number } | null>(null);
  const reached = useRef<object | null>(null);
  useLayoutEffect(() => {
    if (!goal || reached.current === goal) return;
    reached.current = goal;
    show(goal.line);
  }, [goal, show]);
  return useCallback(
    (line: number) => {
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

/** The line that the address names: #L123. */
function useLineInAddress(): [number | null, (line: number) => void] {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const line = /^L(\d+)$/.exec(hash)?.[1];
  const mark = useCallback(
    (to: number) => void navigate({ to: ".", search: true as never, hash: `L${to}`, replace: true, hashScrollIntoView: false }),
    [navigate],
  );
  return [line ? Number(line) : null, mark];
}

/**
 * Comes to the line of the address once, when the log is there, and again when another is named; but not to
 * one that was marked here, under the reader's own hand.
 */
function useArrival(here: number | null, loaded: boolean, goTo: (line: number) => void, mark: (line: number) => void) {
  const arrived = useRef<number | null>(null);
  useEffect(() => {
    if (!loaded || here === null || arrived.current === here) return;
    arrived.current = here;
    goTo(here);
  }, [here, loaded, goTo]);
  return useCallback(
    (line: number) => {
      arrived.current = line;
      mark(line);
    },
    [mark],
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
