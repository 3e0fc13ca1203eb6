import type { ChangeNumbers } from "../api/types";
import { count, plural } from "../components/numbers";
import styles from "./Numbers.module.css";
import { signed } from "./signed";

/** How much a change changed: pictures and shapes in a row, then class by class. */
export function Numbers({ numbers }: { numbers: ChangeNumbers }) {
  const shapes = numbers.shapes_after - numbers.shapes_before;
  return (
    <div className={styles.numbers}>
      <dl className={styles.totals}>
        <Total name="pictures" value={numbers.pictures_added - numbers.pictures_removed} />
        {numbers.pictures_changed > 0 && (
          <div>
            <dt>pictures changed</dt>
            <dd>{count(numbers.pictures_changed)}</dd>
          </div>
        )}
        <Total name="shapes" value={shapes} />
      </dl>
      {numbers.classes.length > 0 && <Classes numbers={numbers} />}
      <Others numbers={numbers} />
    </div>
  );
}

function Total({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-sign={Math.sign(value)}>{signed(value)}</dd>
    </div>
  );
}

function Classes({ numbers }: { numbers: ChangeNumbers }) {
  return (
    <table className={styles.classes} aria-label="Shapes of each class">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {numbers.classes.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{count(before)}</td>
            <td>{count(after)}</td>
            <td data-sign={Math.sign(after - before)}>{signed(after - before)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Labels, tags, and the version's own name, description and type. */
function Others({ numbers }: { numbers: ChangeNumbers }) {
  const { labels, tags, fields } = numbers;
  const lines = [
    ...(labels.added.length ? [`${plural(labels.added.length, "label")} added: ${labels.added.join(", ")}`] : []),
    ...(labels.removed.length ? [`${plural(labels.removed.length, "label")} removed: ${labels.removed.join(", ")}`] : []),
    ...labels.renamed.map(({ before, after }) => `Label ${before} renamed ${after}`),
    ...(labels.changed.length ? [`Labels changed: ${labels.changed.join(", ")}`] : []),
    ...tags.map(({ name, on, off }) => `Tag ${name}: put on ${plural(on, "picture")}, taken off ${count(off)}`),
    ...fields.map(({ field, before, after }) => `${field}: ${before || "(none)"} → ${after || "(none)"}`),
  ];
  if (!lines.length) return null;
  return (
    <ul className={styles.others}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
