import { ArrowUp } from "lucide-react";
import type { RefObject } from "react";
import type { JobRow } from "../../api/types";
import { plural } from "../../components/numbers";
import styles from "./Waiting.module.css";

interface Props {
  rows: JobRow[];
  letIn: (rows: JobRow[]) => void;
  top: RefObject<HTMLElement | null>;
}

/** New jobs that wait outside, so that nothing jumps while one reads. */
export function Waiting({ rows, letIn, top }: Props) {
  return (
    <div className={styles.place} role="status">
      {rows.length > 0 && (
        <button
          type="button"
          className={styles.pill}
          onClick={() => {
            letIn(rows);
            top.current?.scrollIntoView({ block: "end" });
          }}
        >
          <ArrowUp size={14} aria-hidden="true" />
          {plural(rows.length, "new job")}
        </button>
      )}
    </div>
  );
}
