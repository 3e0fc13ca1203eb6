import type { ReactNode } from "react";
import styles from "./MoreOptions.module.css";

/** What a launch can be given and seldom is, folded away. */
export function MoreOptions({ children }: { children: ReactNode }) {
  return (
    <details className={styles.more}>
      <summary className={styles.summary}>More options</summary>
      {children}
    </details>
  );
}
