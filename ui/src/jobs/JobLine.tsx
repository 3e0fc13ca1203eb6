import type { JobRow } from "../api/types";
import { Bar } from "../components/Bar";
import styles from "./JobLine.module.css";
import { lineOf } from "./line";

/** What matters now: how far, why it waits, why it failed, what came out. */
export function JobLine({ job }: { job: JobRow }) {
  const line = lineOf(job);
  if (!line) return null;
  return (
    <div className={styles.line} data-tone={line.tone}>
      {line.fraction !== undefined && (
        <span className={styles.bar}>
          <Bar fraction={line.fraction} label={`Progress of ${job.name}`} />
        </span>
      )}
      <span className={styles.text}>{line.text}</span>
    </div>
  );
}
