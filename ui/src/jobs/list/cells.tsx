import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { JobRow, JobType } from "../../api/types";
import { Ago, Took } from "../../components/Ago";
import { ObjectChip } from "../../components/ObjectChip";
import { Person } from "../../components/Person";
import { isLive } from "../../components/status";
import { Status } from "../../components/StatusMark";
import { JobLine } from "../JobLine";
import type { ColumnName } from "./columns";
import styles from "./JobRows.module.css";

const TYPE_WORD: Record<JobType, string> = { PROCESSING: "Processing", TRAINING: "Training", INTERNAL: "Internal" };

/** What a column says of a job. */
export const CELLS: Record<ColumnName, (row: JobRow, org: string) => ReactNode> = {
  status: (row) => <Status status={row.status} stopping={row.stop_requested_at !== null} />,
  name: (row, org) => (
    <>
      <span className={styles.title}>
        <Link to="/$org/jobs/$job" params={{ org, job: row.id }} className={styles.link} data-job-link>
          {row.name}
        </Link>
        {row.runs > 1 && <span className={styles.note}>run {row.run_number}</span>}
        {row.archived && <span className={styles.note}>archived</span>}
      </span>
      <JobLine job={row} />
    </>
  ),
  type: (row) => TYPE_WORD[row.type],
  operation: (row) => row.operation,
  user: (row) => <Person user={row.triggered_by} />,
  object: (row) => (row.target ? <ObjectChip target={row.target} /> : "–"),
  engine: (row) => row.engine,
  run: (row) => row.run_number,
  triggered: (row) => <Ago at={row.triggered_at} />,
  started: (row) => (row.started_at ? <Ago at={row.started_at} /> : "–"),
  finished: (row) => (row.finished_at ? <Ago at={row.finished_at} /> : "–"),
  duration: (row) => <Took from={row.started_at} to={row.finished_at} live={isLive(row.status)} />,
};
