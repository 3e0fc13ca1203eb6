import { useQuery } from "@tanstack/react-query";
import { removedQuery } from "../api/changes";
import { Ago } from "../components/Ago";
import { Person } from "../components/Person";
import styles from "./History.module.css";
import { Undo } from "./Undo";

/** Versions of a dataset that were removed, each with the way back; nothing where there is none. */
export function Removed({ dataset }: { dataset: string }) {
  const { data } = useQuery(removedQuery(dataset));
  if (!data?.items.length) return null;
  return (
    <section className={styles.removed}>
      <h2>Removed versions</h2>
      <ol className={styles.list} aria-label="Removed versions">
        {data.items.map((change) => (
          <li key={change.id} className={styles.line}>
            <div className={styles.head}>
              <span className={styles.what}>{change.version.name}</span>
              <div className={styles.undo}>
                <Undo
                  path={`/changes/${change.id}`}
                  what={`the version ${change.version.name}`}
                  verb="Bring back"
                  summary={change.summary}
                  why={null}
                />
              </div>
            </div>
            <p className={styles.gone}>
              removed {change.by && <>by <Person user={change.by} /></>} <Ago at={change.at} />
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
