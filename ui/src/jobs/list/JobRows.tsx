import { memo } from "react";
import { Link, useParams } from "@tanstack/react-router";
import type { JobRow } from "../../api/types";
import { Ago, Took } from "../../components/Ago";
import { ObjectChip } from "../../components/ObjectChip";
import { Person } from "../../components/Person";
import { isLive } from "../../components/status";
import { Status } from "../../components/StatusMark";
import styles from "./JobRows.module.css";
import { JobLine } from "../JobLine";

const HEADINGS = ["Status", "Name", "Started by", "Object", "Triggered", "Duration"];

interface Props {
  rows: JobRow[];
  label?: string;
  /** All of them are about the same object: no need to name it. */
  ofOneObject?: boolean;
}

/** Jobs as a table; on a phone each row is a card. */
export function JobRows({ rows, label = "Jobs", ofOneObject = false }: Props) {
  const { org = "" } = useParams({ strict: false });
  const headings = ofOneObject ? HEADINGS.filter((heading) => heading !== "Object") : HEADINGS;
  return (
    <div role="table" aria-label={label} className={styles.table} data-narrow={ofOneObject || undefined}>
      <div role="rowgroup">
        <div role="row" className={styles.head}>
          {headings.map((heading) => (
            <span role="columnheader" key={heading}>
              {heading}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {rows.map((row) => (
          <Row key={row.id} row={row} org={org} object={!ofOneObject} />
        ))}
      </div>
    </div>
  );
}

const Row = memo(function Row({ row, org, object }: { row: JobRow; org: string; object: boolean }) {
  const live = isLive(row.status);
  return (
    <div role="row" className={styles.row} data-status={row.status}>
      <div role="cell" className={styles.status}>
        <Status status={row.status} stopping={row.stop_requested_at !== null} />
      </div>
      <div role="cell" className={styles.name}>
        <Link to="/$org/jobs/$job" params={{ org, job: row.id }} className={styles.link} data-job-link>
          {row.name}
        </Link>
        {row.runs > 1 && <span className={styles.run}>run {row.run_number}</span>}
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
