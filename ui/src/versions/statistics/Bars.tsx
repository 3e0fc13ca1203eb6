import type { ReactNode } from "react";
import { count } from "../../components/numbers";
import styles from "./Bars.module.css";

export interface Bar {
  id: string;
  name: ReactNode;
  number: number;
  colour?: string | undefined;
  /** More about it, quietly. */
  note?: string | undefined;
}

interface Props {
  /** What is counted, by what. */
  label: string;
  /** The heading of the names. */
  by: string;
  /** The heading of the numbers. */
  of: string;
  bars: readonly Bar[];
}

/** A chart that is a table: a bar to a row, with its number. */
export function Bars({ label, by, of, bars }: Props) {
  const most = Math.max(1, ...bars.map((bar) => bar.number));
  return (
    <table className={styles.bars} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{by}</th>
          <th scope="col">{of}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.id}>
            <th scope="row">{bar.name}</th>
            <td>
              <span className={styles.row}>
                <svg className={styles.track} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(bar.number / most) * 100} height="10" style={bar.colour ? { fill: bar.colour } : undefined} />
                </svg>
                <span className={styles.number}>
                  {count(bar.number)}
                  {bar.note && <small> {bar.note}</small>}
                </span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
