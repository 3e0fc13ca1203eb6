import type { ReactNode } from "react";
import styles from "./Facts.module.css";

export interface FactRow {
  name: string;
  value: ReactNode;
  mono?: boolean;
}

interface Props {
  title: string;
  rows?: FactRow[];
  /** Said where there is nothing; without it the whole part is left out. */
  empty?: string;
  children?: ReactNode;
}

/** Names and values, in columns. */
export function Facts({ title, rows = [], empty, children }: Props) {
  if (!rows.length && !empty && !children) return null;
  return (
    <section className={styles.facts}>
      <h2 className={styles.title}>{title}</h2>
      {rows.length > 0 && (
        <dl className={styles.list}>
          {rows.map(({ name, value, mono }) => (
            <div key={name} className={styles.row}>
              <dt>{name}</dt>
              <dd data-mono={mono || undefined}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {!rows.length && !children && <p className={styles.empty}>{empty}</p>}
      {children}
    </section>
  );
}
