import type { ReactNode } from "react";
import styles from "./Panel.module.css";

/** A part of the page that scrolls by itself; reached by keys, so that they can scroll it. */
export function Panel({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.panel} role="region" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}
