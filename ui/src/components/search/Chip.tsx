import { X } from "lucide-react";
import styles from "./SearchBox.module.css";

/** A filter that holds, before the text of a search box; removes it. */
export function Chip({ text, drop }: { text: string; drop: () => void }) {
  return (
    <button type="button" className={styles.chip} onClick={drop} aria-label={`Remove the filter ${text}`}>
      {text}
      <X size={12} aria-hidden="true" />
    </button>
  );
}
