import type { RunStatus } from "../api/types";
import { isLive, STATUS_WORD } from "./status";
import styles from "./StatusMark.module.css";

/** Status as shape, word and colour: any one of the three is enough. */
export function Status({ status, stopping = false, pill = false }: { status: RunStatus; stopping?: boolean; pill?: boolean }) {
  return (
    <span className={styles.status} data-status={status} data-pill={pill || undefined}>
      <Shape status={status} />
      {stopping && isLive(status) ? "Stopping" : STATUS_WORD[status]}
    </span>
  );
}

/** The shape alone; `still` when it tells of the past. */
export function Shape({ status, still = false }: { status: RunStatus; still?: boolean }) {
  return (
    <svg className={styles.shape} data-status={status} data-still={still || undefined} viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
      {SHAPES[status]}
    </svg>
  );
}

const SHAPES: Record<RunStatus, React.ReactNode> = {
  PENDING: <circle className={styles.ring} cx="7" cy="7" r="4.6" strokeDasharray="2.2 2.6" />,
  QUEUED: <circle className={styles.ring} cx="7" cy="7" r="4.6" />,
  RUNNING: (
    <>
      <circle className={styles.halo} cx="7" cy="7" r="6.5" />
      <circle cx="7" cy="7" r="4.4" fill="currentColor" />
    </>
  ),
  SUCCEEDED: (
    <>
      <circle cx="7" cy="7" r="5.6" fill="currentColor" />
      <path className={styles.cut} d="M4.5 7.2 6.3 9l3.2-3.7" />
    </>
  ),
  FAILED: (
    <>
      <rect x="1.8" y="1.8" width="10.4" height="10.4" rx="2.4" fill="currentColor" />
      <path className={styles.cut} d="m5 5 4 4m0-4L5 9" />
    </>
  ),
  KILLED: <rect className={styles.ring} x="2.6" y="2.6" width="8.8" height="8.8" rx="1.8" />,
};
