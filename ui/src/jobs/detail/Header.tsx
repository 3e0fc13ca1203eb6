import { Tooltip } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Job, Run } from "../../api/types";
import { Ago, Took } from "../../components/Ago";
import { Copy } from "../../components/Copy";
import { ObjectChip } from "../../components/ObjectChip";
import { Person } from "../../components/Person";
import { isLive } from "../../components/status";
import { Status } from "../../components/StatusMark";
import { TYPE_NAME } from "../list/filters";
import { Actions } from "./Actions";
import styles from "./Header.module.css";
import { Snippets } from "./Snippets";
import { Strip } from "./Strip";

/** What this job is, on what, by whom, since when; and what one can do with it. */
export function Header({ job, run }: { job: Job; run: Run }) {
  const { org = "" } = useParams({ strict: false });
  const [refused, setRefused] = useState<Error | null>(null);
  return (
    <header className={styles.header}>
      <nav aria-label="Breadcrumb" className={styles.trail}>
        <Link to="/$org/jobs" params={{ org }}>
          Jobs
        </Link>
        <span aria-hidden="true">/</span>
        <Link to="/$org/jobs" params={{ org }} search={{ type: job.type }}>
          {TYPE_NAME[job.type]}
        </Link>
      </nav>
      <div className={styles.line}>
        <Status status={run.status} stopping={run.stop !== null} pill />
        <div className={styles.title}>
          <h1 className={styles.name}>{job.name}</h1>
          {run.engine === "external" && <Tracked />}
        </div>
        <Actions job={job} run={run} refused={setRefused} />
      </div>
      {refused && (
        <p role="alert" className={styles.refused}>
          {refused.message}
        </p>
      )}
      <div className={styles.facts}>
        <dl className={styles.list}>
          {job.target && (
            <Fact name="on">
              <ObjectChip target={job.target} />
            </Fact>
          )}
          <Fact name="by">
            <Person user={run.triggered_by} />
          </Fact>
          <Fact name="triggered">
            <Ago at={run.created_at} />
          </Fact>
          <Fact name={isLive(run.status) ? "running for" : "took"}>
            <Took from={run.started_at} to={run.finished_at} live={isLive(run.status)} />
          </Fact>
          <Fact name="ID">
            <code className={styles.id} title={job.id}>
              …{job.id.slice(-8)}
            </code>
            <Copy text={job.id} what="the job ID" />
          </Fact>
        </dl>
        <Snippets job={job} />
      </div>
      <Strip run={run} />
    </header>
  );
}

/** A job that is only tracked here. */
function Tracked() {
  return (
    <Tooltip label="It runs on a machine of its user's; Safelight keeps its record">
      <span className={styles.tracked} tabIndex={0}>
        Runs elsewhere
      </span>
    </Tooltip>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
