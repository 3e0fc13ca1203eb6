import type { ReactNode } from "react";
import styles from "./Figure.module.css";

interface Props {
  name: string;
  /** What it is now, or came to. */
  value: ReactNode;
  /** More about it, quietly. */
  note?: ReactNode;
  live?: boolean;
  children: ReactNode;
}

/** A chart under its name and its newest value. */
export function Figure({ name, value, note, live = false, children }: Props) {
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.head}>
        <span className={styles.name}>{name}</span>
        {note && <span className={styles.note}>{note}</span>}
        <span className={styles.last} data-live={live || undefined}>
          {value}
        </span>
      </figcaption>
      {children}
    </figure>
  );
}
