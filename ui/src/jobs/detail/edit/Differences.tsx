import { Button } from "@mantine/core";
import type { Changes } from "../../../api/jobs";
import type { RerunForm, Run } from "../../../api/types";
import { inWords } from "./draft";
import styles from "./Edit.module.css";

interface Props {
  changes: Changes;
  run: Run;
  form: RerunForm;
  reset: () => void;
}

/** What will be different from the run that the form began with. */
export function Differences({ changes, run, form, reset }: Props) {
  const secrets = Object.entries(form.parameters).filter(([, { type }]) => type === "secret");
  const rows = inWords(changes, run, new Set(secrets.map(([name]) => name)));
  return (
    <section className={styles.part} aria-label={`Different from run ${run.number}`}>
      <h3 className={styles.heading}>Different from run {run.number}</h3>
      {rows.length === 0 ? (
        <p className={styles.text}>Nothing. It will run again exactly as it did.</p>
      ) : (
        <>
          <dl className={styles.differences}>
            {rows.map(({ field, name, before, after }) => (
              <div key={field} className={styles.difference}>
                <dt>{name}</dt>
                <dd>
                  <del>{before}</del> <span aria-hidden="true">→</span> <ins>{after}</ins>
                </dd>
              </div>
            ))}
          </dl>
          <div>
            <Button size="xs" variant="subtle" onClick={reset}>
              Take everything back
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
