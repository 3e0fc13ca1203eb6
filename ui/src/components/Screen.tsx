import { type ReactNode, useEffect } from "react";
import styles from "./Screen.module.css";

interface Props {
  title: string;
  /** Beside the title: a live light, a count. */
  note?: ReactNode;
  /** Above the title: where this is. */
  trail?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen of the shell: its heading, its actions, its content. */
export function Screen({ title, note, trail, actions, children }: Props) {
  useTitle(title);
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <div className={styles.words}>
          {trail}
          <div className={styles.line}>
            <h1 className={styles.title}>{title}</h1>
            {note && <div className={styles.note}>{note}</div>}
          </div>
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Safelight` : "Safelight";
  }, [title]);
}
