import { ArrowUp, RefreshCw } from "lucide-react";
import type { RefObject } from "react";
import { plural } from "../../components/numbers";
import styles from "./Waiting.module.css";

interface Props {
  news: number;
  paused: boolean;
  update: () => void;
  top: RefObject<HTMLElement | null>;
}

/** What is new waits outside, so that nothing jumps while one reads; one press lets it in. */
export function Waiting({ news, paused, update, top }: Props) {
  const letIn = () => {
    update();
    if (!paused) top.current?.scrollIntoView({ block: "end" });
  };
  return (
    <div className={styles.place} role="status">
      {news > 0 && (
        <button type="button" className={styles.pill} onClick={letIn}>
          {paused ? <RefreshCw size={13} aria-hidden="true" /> : <ArrowUp size={14} aria-hidden="true" />}
          {paused ? `${plural(news, "change")} while paused` : plural(news, "new job")}
        </button>
      )}
    </div>
  );
}
