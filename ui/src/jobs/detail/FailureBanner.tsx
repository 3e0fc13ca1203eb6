import { Button } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { useState } from "react";
import { searchLog } from "../../api/log";
import { useMay } from "../../api/session";
import type { Failure, Job, Run } from "../../api/types";
import { plain } from "../log/ansi";
import styles from "./FailureBanner.module.css";
import { proposalText } from "./proposal";
import { SameFailure } from "./SameFailure";

const KIND: Record<string, string> = {
  script_error: "The script failed",
  out_of_memory: "Out of memory",
  timeout: "Out of time",
  setup_error: "The set-up failed",
  engine_error: "The engine failed",
  lost: "Lost",
  invalid_input: "The input is not valid",
  disk_full: "The disk is full",
};

const LINES = 3;

/** Why the run failed, what to try, its last words and the place in the log, and who else failed so. */
export function FailureBanner({ job, run, failure }: { job: Job; run: Run; failure: Failure }) {
  const [open, setOpen] = useState(false);
  const lines = plain(failure.excerpt ?? "")
    .trimEnd()
    .split("\n")
    .filter((line) => !/^(::(end)?group::|--#--)/.test(line)); // marks of sections are no words
  const shown = open ? lines : lines.slice(-LINES);
  const goThere = useGoThere(run, failure, lines);
  return (
    <section className={styles.banner} aria-label="Why it failed">
      <p className={styles.words}>
        <b className={styles.kind}>{KIND[failure.kind] ?? "Failed"}.</b> {failure.message}
      </p>
      {failure.fix && <p className={styles.fix}>{failure.fix}</p>}
      {lines.some((line) => line.trim()) && (
        <pre className={styles.excerpt} tabIndex={0} aria-label="Last lines">
          {shown.map((line, number) => (
            <span key={number} className={says(line, failure) ? styles.evidence : undefined}>
              {`${line}\n`}
            </span>
          ))}
        </pre>
      )}
      <div className={styles.actions}>
        <Proposed job={job} run={run} failure={failure} />
        {run.log.lines > 0 && (
          <Button size="xs" onClick={() => void goThere()}>
            {failure.line === null ? "Go to the line" : `Go to line ${failure.line.toLocaleString("en-US")}`}
          </Button>
        )}
        {lines.length > LINES && (
          <Button size="xs" variant="subtle" onClick={() => setOpen(!open)}>
            {open ? "Show less" : `Show all ${lines.length} lines`}
          </Button>
        )}
      </div>
      <SameFailure run={run} />
    </section>
  );
}

const says = (line: string, { evidence }: Failure): boolean => evidence !== "" && line.includes(evidence);

/** The form for the next run, with what may help filled in. */
function Proposed({ job, run, failure }: { job: Job; run: Run; failure: Failure }) {
  const what = proposalText(failure.proposal);
  const may = useMay("member");
  if (!what || !may || !job.rerunnable || run.id !== job.run_id) return null;
  return (
    <Button
      size="xs"
      leftSection={<RotateCw size={13} aria-hidden="true" />}
      renderRoot={(props: object) => (
        <Link {...props} to="." search={(before: object) => ({ ...before, edit: JSON.stringify(failure.proposal) })} />
      )}
    >
      Edit and re-run with {what}
    </Button>
  );
}

/** The server has noted the line; of a log that came late, or before it did so, the last words are looked for. */
function useGoThere(run: Run, failure: Failure, lines: string[]): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
    const line = failure.line ?? (await lastWords(run, lines));
    await navigate({ to: ".", search: {}, hash: `L${line}`, replace: true, hashScrollIntoView: false });
  };
}

async function lastWords(run: Run, lines: string[]): Promise<number> {
  const words = lines.findLast((line) => line.trim() !== "")?.trim().slice(0, 200);
  const after = Math.max(0, run.log.lines - 2000);
  const found = words ? await searchLog(run.id, { q: words, regex: false }, after).catch(() => null) : null;
  return found?.hits.at(-1)?.n ?? run.log.lines;
}
