import type { RunStatus } from "../api/types";
import { Shape } from "../components/StatusMark";
import styles from "./ExperimentStatus.module.css";

/** The statuses of an experiment, in the shapes that runs have taught the eye. */
const KNOWN: Record<string, { like: RunStatus; word: string }> = {
  WAITING: { like: "PENDING", word: "Waiting" },
  RUNNING: { like: "RUNNING", word: "Running" },
  SUCCESS: { like: "SUCCEEDED", word: "Success" },
  FAILED: { like: "FAILED", word: "Failure" },
  TERMINATED: { like: "KILLED", word: "Stopped" },
  CANCELED: { like: "KILLED", word: "Cancelled" },
};

export function ExperimentStatus({ status }: { status: string }) {
  const { like, word } = KNOWN[status] ?? { like: "PENDING" as const, word: status };
  return (
    <span className={styles.status} data-status={like}>
      <Shape status={like} />
      {word}
    </span>
  );
}
