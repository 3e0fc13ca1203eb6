import { TriangleAlert } from "lucide-react";
import type { RerunCheck } from "../../../api/types";
import styles from "./Edit.module.css";

/** What is not any more as it was when the run was launched. It refuses nothing. */
export function Warnings({ warnings }: { warnings: RerunCheck["warnings"] }) {
  if (!warnings.length) return null;
  return (
    <ul className={styles.warnings} aria-label="What has changed since">
      {warnings.map(({ field, message }) => (
        <li key={field + message} className={styles.warning}>
          <TriangleAlert size={14} aria-hidden="true" />
          {message}
        </li>
      ))}
    </ul>
  );
}
