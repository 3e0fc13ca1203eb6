import type { Label } from "../api/types";
import { count } from "../components/numbers";
import styles from "./Labels.module.css";

interface Props {
  labels: readonly Label[];
  colours: Map<string, string>;
  chosen: string | undefined;
  choose: (label: string | undefined) => void;
}

/** The labels of a version with how many shapes carry them; one can be chosen as a filter. */
export function Labels({ labels, colours, chosen, choose }: Props) {
  return (
    <div className={styles.labels} role="group" aria-label="Labels">
      {labels.map((label) => (
        <button
          key={label.id}
          type="button"
          className={styles.label}
          aria-pressed={label.id === chosen}
          onClick={() => choose(label.id === chosen ? undefined : label.id)}
        >
          <i style={{ background: colours.get(label.id) }} />
          {label.name} <span>{count(label.shapes)}</span>
        </button>
      ))}
    </div>
  );
}
