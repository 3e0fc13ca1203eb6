import { Check, Link2, TriangleAlert } from "lucide-react";
import type { Run } from "../../api/types";
import { bytes, count, plural } from "../../components/numbers";
import { useCopied } from "../../components/copied";
import { isLive } from "../../components/status";
import styles from "./LogFooter.module.css";
import type { LogState } from "./store";

/** Says whether the log is whole, how large it is, and which line is marked. */
export function LogFooter({ run, state, here }: { run: Run; state: LogState; here: number | null }) {
  return (
    <footer className={styles.footer}>
      {state.loaded && <Whole run={run} state={state} />}
      {state.complete && run.log.bytes > 0 && <span>{bytes(run.log.bytes)}</span>}
      {run.log.source === "posted" && <span>as posted by the script</span>}
      {here !== null && <LineLink line={here} />}
    </footer>
  );
}

function Whole({ run, state: { total, complete, following } }: { run: Run; state: LogState }) {
  if (complete) {
    return (
      <span className={styles.whole}>
        <Check size={13} aria-hidden="true" /> {plural(total, "line")}, complete
      </span>
    );
  }
  if (isLive(run.status)) {
    return (
      <span className={styles.growing} data-following={following || undefined}>
        <span className={styles.dot} aria-hidden="true" /> {plural(total, "line")}, {following ? "following" : "waiting for the server"}
      </span>
    );
  }
  return (
    <span className={styles.missing}>
      <TriangleAlert size={13} aria-hidden="true" /> {count(total)} lines; the rest has not arrived
    </span>
  );
}

function LineLink({ line }: { line: number }) {
  const [copied, copy] = useCopied();
  return (
    <button type="button" className={styles.link} onClick={() => copy(window.location.href)} title={`Copy the link to line ${line}`}>
      <Link2 size={13} aria-hidden="true" /> {copied ? "link copied" : `#L${line}`}
    </button>
  );
}
