import type { Run } from "../../api/types";
import { Bar } from "../../components/Bar";
import { lineOf } from "../line";
import { notices } from "./notices";
import styles from "./Strip.module.css";

/** What matters now, under the heading: notices; and where no column stands beside the log, how far it is. */
export function Strip({ run }: { run: Run }) {
  const line = lineOf({ ...run, summary: run.result?.summary ?? null, stop_requested_at: run.stop?.requested_at ?? null });
  const said = notices(run);
  return (
    <div className={styles.strip}>
      {said.map((text) => (
        <p key={text} className={styles.notice}>
          {text}
        </p>
      ))}
      {line && line.tone !== "bad" && !said.includes(line.text) && (
        <div className={styles.line}>
          {line.fraction !== undefined && <Bar fraction={line.fraction} label={`Progress of run ${run.number}`} />}
          <span>{line.text}</span>
        </div>
      )}
    </div>
  );
}
