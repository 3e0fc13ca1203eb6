import type { ReactNode } from "react";
import styles from "./Facts.module.css";

export interface FactRow {
  name: string;
  value: ReactNode;
  mono?: boolean;
}

/** Names and values, in columns. */
export function Facts({ title, rows }: { title: string; rows: FactRow[] }) {
  if (!rows.length) return null;
  return (
    <section className={styles.facts}>
      <h2 className={styles.title}>{title}</h2>
      <dl className={styles.list}>
        {rows.map(({ name, value, mono }) => (
          <div key={name} className={styles.row}>
            <dt>{name}</dt>
            <dd data-mono={mono || undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
