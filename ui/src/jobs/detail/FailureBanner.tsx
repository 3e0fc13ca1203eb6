import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { searchLog } from "../../api/log";
import type { Failure, Run } from "../../api/types";
import { plain } from "../log/ansi";
import styles from "./FailureBanner.module.css";

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

/** Why the run failed, its last words, and the way to the place in the log. */
export function FailureBanner({ run, failure }: { run: Run; failure: Failure }) {
  const [open, setOpen] = useState(false);
  const lines = plain(failure.excerpt ?? "")
    .trimEnd()
    .split("\n")
    .filter((line) => !/^(::(end)?group::|--#--)/.test(line)); // marks of sections are no words
  const shown = open ? lines : lines.slice(-LINES);
  const goThere = useGoThere(run, lines);
  return (
    <section className={styles.banner} aria-label="Why it failed">
      <p className={styles.words}>
        <b className={styles.kind}>{KIND[failure.kind] ?? "Failed"}.</b> {failure.message}
      </p>
      {lines.some((line) => line.trim()) && (
        <pre className={styles.excerpt} tabIndex={0} aria-label="Last lines">
          {shown.join("\n")}
        </pre>
      )}
      <div className={styles.actions}>
        {run.log.lines > 0 && (
          <Button size="xs" onClick={() => void goThere()}>
            Go to the line
          </Button>
        )}
        {lines.length > LINES && (
          <Button size="xs" variant="subtle" onClick={() => setOpen(!open)}>
            {open ? "Show less" : `Show all ${lines.length} lines`}
          </Button>
        )}
      </div>
    </section>
  );
}

/** The last words stand somewhere near the end of the log: the server finds the line. */
function useGoThere(run: Run, lines: string[]): () => Promise<void> {
  const navigate = useNavigate();
  return async () => {
    const words = lines.findLast((line) => line.trim() !== "")?.trim().slice(0, 200);
    const after = Math.max(0, run.log.lines - 2000);
    const found = words ? await searchLog(run.id, { q: words, regex: false }, after).catch(() => null) : null;
    const line = found?.hits.at(-1)?.n ?? run.log.lines;
    await navigate({ to: ".", search: {}, hash: `L${line}`, replace: true, hashScrollIntoView: false });
  };
}
