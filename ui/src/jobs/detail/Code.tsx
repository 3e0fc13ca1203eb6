import { Copy } from "../../components/Copy";
import styles from "./Snippets.module.css";

/** Lines ready to paste. */
export function Code({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.snippet}>
      <div className={styles.title}>
        {title} <Copy text={text} what={`the ${title} lines`} />
      </div>
      <pre className={styles.code} tabIndex={0} aria-label={title}>
        {text}
      </pre>
    </div>
  );
}
