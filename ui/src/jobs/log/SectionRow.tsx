import { ChevronRight } from "lucide-react";
import type { LogSection, Run } from "../../api/types";
import { Took } from "../../components/Ago";
import { isLive } from "../../components/status";
import styles from "./SectionRow.module.css";

interface Props {
  section: LogSection;
  depth: number;
  folded: boolean;
  run: Run;
  toggle: (section: number) => void;
}

/** The heading of a section: folds it, and says how long it took. */
export function SectionRow({ section, depth, folded, run, toggle }: Props) {
  const { number, name, started_at, ended_at } = section;
  const live = ended_at === null && isLive(run.status);
  return (
    <div className={styles.section} data-live={live || undefined}>
      <button type="button" className={styles.button} aria-expanded={!folded} onClick={() => toggle(number)} style={{ paddingLeft: 12 + depth * 16 }}>
        <ChevronRight size={13} aria-hidden="true" className={styles.chevron} />
        <span className={styles.name}>{name}</span>
        <span className={styles.took}>
          <Took from={started_at} to={ended_at ?? run.finished_at} live={live} />
        </span>
      </button>
    </div>
  );
}
