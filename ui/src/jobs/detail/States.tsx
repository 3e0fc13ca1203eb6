import { Button } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { CloudOff, MapPinOff } from "lucide-react";
import type { Job } from "../../api/types";
import { State } from "../../components/State";
import { clock } from "../../components/times";
import styles from "./States.module.css";

/** The address names a run that this job does not have. */
export function NoSuchRun({ job }: { job: Job }) {
  const { org = "" } = useParams({ strict: false });
  return (
    <State
      page
      icon={MapPinOff}
      title="This job has no such run"
      action={
        <Link className={styles.on} to="/$org/jobs/$job" params={{ org, job: job.id }}>
          Open its newest run
        </Link>
      }
    >
      It may belong to another job than {job.name}.
    </State>
  );
}

/** The job was there a moment ago, and is not any more. */
export function Removed({ job }: { job: Job }) {
  const { org = "" } = useParams({ strict: false });
  return (
    <State
      page
      icon={MapPinOff}
      title={`${job.name} was removed`}
      action={
        <Link className={styles.on} to="/$org/jobs" params={{ org }}>
          All jobs
        </Link>
      }
    >
      Somebody removed this job while you looked at it.
    </State>
  );
}

/** What is shown is still true of a moment ago; it is kept while the server is away. */
export function Stale({ error, since, retry, busy }: { error: Error; since: number; retry: () => void; busy: boolean }) {
  return (
    <div className={styles.stale} role="status">
      <CloudOff size={14} aria-hidden="true" />
      <span>
        {error.message} This is how it stood at {clock(since)}.
      </span>
      <Button size="xs" onClick={retry} loading={busy}>
        Try again
      </Button>
    </div>
  );
}
