import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import type { Label } from "../../api/types";
import { count } from "../../components/numbers";
import type { Look } from "../Overlay";
import styles from "./Labels.module.css";

interface Props {
  labels: readonly Label[];
  look: Look;
  /** By name: those that pictures are filtered by. */
  chosen: readonly string[];
  choose: (label: string) => void;
  /** Show a label's shapes, or hide them. */
  toggle: (label: string) => void;
}

const SHOWN = 24;

/** The labels of a version with how many shapes carry them: each filters pictures, and hides its shapes. */
export function Labels({ labels, look, chosen, choose, toggle }: Props) {
  const [all, setAll] = useState(false);
  const shown = all ? labels : labels.slice(0, SHOWN);
  return (
    <div className={styles.labels} role="group" aria-label="Labels">
      {shown.map(({ id, name, shapes }) => {
        const hidden = look.hidden.has(id);
        return (
          <span key={id} className={styles.label} data-chosen={chosen.includes(name) || undefined} data-hidden={hidden || undefined}>
            <button type="button" aria-pressed={chosen.includes(name)} onClick={() => choose(name)}>
              <i style={{ background: look.colours.get(id) }} />
              {name} <span>{count(shapes)}</span>
            </button>
            <button
              type="button"
              className={styles.eye}
              aria-pressed={hidden}
              aria-label={`Hide shapes of ${name}`}
              title={hidden ? `Show shapes of ${name}` : `Hide shapes of ${name}`}
              onClick={() => toggle(name)}
            >
              {hidden ? <EyeOff size={13} aria-hidden="true" /> : <Eye size={13} aria-hidden="true" />}
            </button>
          </span>
        );
      })}
      {labels.length > SHOWN && (
        <button type="button" className={styles.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Fewer labels" : `${count(labels.length - SHOWN)} more labels`}
        </button>
      )}
    </div>
  );
}
