import type { KeyboardEvent } from "react";
import styles from "./Sections.module.css";

interface Props<Name extends string> {
  label: string;
  names: Record<Name, string>;
  chosen: Name;
  choose: (name: Name) => void;
}

/** The parts of a screen, one shown at a time. The panel below has the id `section`. */
export function Sections<Name extends string>({ label, names, chosen, choose }: Props<Name>) {
  const all = Object.keys(names) as Name[];
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = all[(all.indexOf(chosen) + step + all.length) % all.length];
    if (!next) return;
    choose(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-name="${next}"]`)?.focus();
  };
  return (
    <div className={styles.tabs} role="tablist" aria-label={label} onKeyDown={move}>
      {all.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-name={name}
          className={styles.tab}
          aria-selected={name === chosen}
          aria-controls="section"
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => choose(name)}
        >
          {names[name]}
        </button>
      ))}
    </div>
  );
}
