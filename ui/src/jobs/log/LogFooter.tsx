import { Check, Copy, Download, Link2, TriangleAlert } from "lucide-react";
import { linesFile, logText } from "../../api/log";
import type { Run } from "../../api/types";
import { bytes, plural } from "../../components/numbers";
import { useCopied } from "../../components/copied";
import { isLive } from "../../components/status";
import styles from "./LogFooter.module.css";
import type { LogState } from "./store";
import { hashOf, type Lines } from "./useAddress";

/** Says whether the log is whole, how large it is, and which line is marked. */
export function LogFooter({ run, state, here }: { run: Run; state: LogState; here: Lines | null }) {
  return (
    <footer className={styles.footer}>
      {state.loaded && <Whole run={run} state={state} />}
      {state.complete && run.log.bytes > 0 && <span>{bytes(run.log.bytes)}</span>}
      {run.log.source === "posted" && <span>as posted by the script</span>}
      {state.cut && (
        <span className={styles.missing}>
          <TriangleAlert size={13} aria-hidden="true" /> cut at its limit: later lines are not kept
        </span>
      )}
      {here !== null && <Chosen run={run} here={here} />}
    </footer>
  );
}

function Whole({ run, state: { total, complete, following, missing } }: { run: Run; state: LogState }) {
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
      <TriangleAlert size={13} aria-hidden="true" /> {plural(total, "line")}; {missing ? `${bytes(missing)} more have` : "the rest has"} not arrived
    </span>
  );
}

const MOST = 20_000; // lines on a clipboard; more are a file

/** The chosen lines: their link, and they themselves. */
function Chosen({ run, here }: { run: Run; here: Lines }) {
  const [linked, copyLink] = useCopied();
  const [copied, copy] = useCopied();
  const lines = here.to - here.from + 1;
  return (
    <span className={styles.chosen}>
      <button type="button" className={styles.link} onClick={() => copyLink(window.location.href)} title="Copy the link to this place">
        <Link2 size={13} aria-hidden="true" /> {linked ? "link copied" : `#${hashOf(here)}`}
      </button>
      {lines <= MOST ? (
        <button type="button" className={styles.link} onClick={() => void logText(run.id, here.from, here.to).then(copy)}>
          <Copy size={13} aria-hidden="true" /> {copied ? "copied" : `Copy ${plural(lines, "line")}`}
        </button>
      ) : (
        <a className={styles.link} href={linesFile(run.id, here.from, here.to)} download>
          <Download size={13} aria-hidden="true" /> Download {plural(lines, "line")}
        </a>
      )}
    </span>
  );
}
