import { memo } from "react";
import { useParams } from "@tanstack/react-router";
import type { Density, JobRow } from "../../api/types";
import { Tick } from "../../components/Tick";
import { CELLS } from "./cells";
import { type ColumnName, COLUMNS, USUAL_COLUMNS } from "./columns";
import styles from "./JobRows.module.css";
import { isChosen } from "./selection";
import type { RowSelection } from "./useSelection";

const TICKS = "20px";

interface Props {
  rows: JobRow[];
  label?: string;
  columns?: readonly ColumnName[];
  density?: Density;
  /** Left out where nothing can be done to many at once. */
  chosen?: RowSelection | undefined;
}

/** Jobs as a table; on a phone each row is a card. */
export function JobRows({ rows, label = "Jobs", columns = USUAL_COLUMNS, density = "comfortable", chosen }: Props) {
  const { org = "" } = useParams({ strict: false });
  const widths = [...(chosen ? [TICKS] : []), ...columns.map((name) => COLUMNS[name].width)].join(" ");
  return (
    <div role="table" aria-label={label} className={styles.table} data-density={density} style={{ "--columns": widths } as React.CSSProperties}>
      <div role="rowgroup">
        <div role="row" className={styles.head}>
          {chosen && <TickShown rows={rows} chosen={chosen} />}
          {columns.map((name) => (
            <span role="columnheader" key={name}>
              {COLUMNS[name].title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            org={org}
            columns={columns}
            ticked={chosen && isChosen(chosen.selection, row.id)}
            pick={chosen?.pick}
          />
        ))}
      </div>
    </div>
  );
}

function TickShown({ rows, chosen: { selection, rows: ticked, pickShown } }: { rows: JobRow[]; chosen: RowSelection }) {
  const whole = selection.all || ticked.length === rows.length;
  return (
    <span role="columnheader" className={styles.tick}>
      <Tick label="Select all jobs shown" checked={whole} partly={!whole && ticked.length > 0} change={pickShown} />
    </span>
  );
}

interface RowProps {
  row: JobRow;
  org: string;
  columns: readonly ColumnName[];
  /** Undefined: it cannot be. */
  ticked: boolean | undefined;
  pick: RowSelection["pick"] | undefined;
}

const Row = memo(function Row({ row, org, columns, ticked, pick }: RowProps) {
  return (
    <div role="row" className={styles.row} data-status={row.status} data-job={row.id} data-ticked={ticked || undefined}>
      {ticked !== undefined && pick && (
        <div role="cell" className={styles.tick}>
          <Tick label={`Select ${row.name}`} checked={ticked} change={(range) => pick(row.id, range)} />
        </div>
      )}
      {columns.map((name) => (
        <div role="cell" key={name} className={styles[name]} data-cell={COLUMNS[name].title}>
          {CELLS[name](row, org)}
        </div>
      ))}
    </div>
  );
});
