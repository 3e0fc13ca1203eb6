import { memo } from "react";
import { Link, useParams } from "@tanstack/react-router";
import type { JobRow } from "../../api/types";
import { Ago, Took } from "../../components/Ago";
import { ObjectChip } from "../../components/ObjectChip";
import { Person } from "../../components/Person";
import { isLive } from "../../components/status";
import { Status } from "../../components/StatusMark";
import { Tick } from "../../components/Tick";
import styles from "./JobRows.module.css";
import { JobLine } from "../JobLine";
import { isChosen } from "./selection";
import type { RowSelection } from "./useSelection";

const HEADINGS = ["Status", "Name", "Started by", "Object", "Triggered", "Duration"];

interface Props {
  rows: JobRow[];
  label?: string;
  /** All of them are about the same object: no need to name it. */
  ofOneObject?: boolean;
  /** Left out where nothing can be done to many at once. */
  chosen?: RowSelection | undefined;
}

/** Jobs as a table; on a phone each row is a card. */
export function JobRows({ rows, label = "Jobs", ofOneObject = false, chosen }: Props) {
  const { org = "" } = useParams({ strict: false });
  const headings = ofOneObject ? HEADINGS.filter((heading) => heading !== "Object") : HEADINGS;
  return (
    <div role="table" aria-label={label} className={styles.table} data-narrow={ofOneObject || undefined} data-ticks={chosen ? true : undefined}>
      <div role="rowgroup">
        <div role="row" className={styles.head}>
          {chosen && <TickShown rows={rows} chosen={chosen} />}
          {headings.map((heading) => (
            <span role="columnheader" key={heading}>
              {heading}
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
            object={!ofOneObject}
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
  object: boolean;
  /** Undefined: it cannot be. */
  ticked: boolean | undefined;
  pick: RowSelection["pick"] | undefined;
}

const Row = memo(function Row({ row, org, object, ticked, pick }: RowProps) {
  const live = isLive(row.status);
  return (
    <div role="row" className={styles.row} data-status={row.status} data-job={row.id} data-ticked={ticked || undefined}>
      {ticked !== undefined && pick && (
        <div role="cell" className={styles.tick}>
          <Tick label={`Select ${row.name}`} checked={ticked} change={(range) => pick(row.id, range)} />
        </div>
      )}
      <div role="cell" className={styles.status}>
        <Status status={row.status} stopping={row.stop_requested_at !== null} />
      </div>
      <div role="cell" className={styles.name}>
        <Link to="/$org/jobs/$job" params={{ org, job: row.id }} className={styles.link} data-job-link>
          {row.name}
        </Link>
        {row.runs > 1 && <span className={styles.run}>run {row.run_number}</span>}
        {row.archived && <span className={styles.run}>archived</span>}
        <JobLine job={row} />
      </div>
      <div role="cell" className={styles.by}>
        <Person user={row.triggered_by} />
      </div>
      {object && (
        <div role="cell" className={styles.object}>
          {row.target ? <ObjectChip target={row.target} /> : "–"}
        </div>
      )}
      <div role="cell" className={styles.when}>
        <Ago at={row.triggered_at} />
      </div>
      <div role="cell" className={styles.took}>
        <Took from={row.started_at} to={row.finished_at} live={live} />
      </div>
    </div>
  );
});
