import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { Job, Run } from "../../api/types";
import { Ago, Took } from "../../components/Ago";
import { useKeys } from "../../components/keys";
import { isLive } from "../../components/status";
import { Status } from "../../components/StatusMark";
import { differences } from "./differences";
import styles from "./RunsList.module.css";

/** Every run of the job, newest first, with what was different. */
export function RunsList({ job, chosen }: { job: Job; chosen: Run }) {
  const { org = "" } = useParams({ strict: false });
  useRunKeys(job, chosen);
  return (
    <nav aria-label="Runs" className={styles.runs}>
      <h2 className={styles.title}>Runs</h2>
      <ol className={styles.list}>
        {job.job_runs.map((run, index) => (
          <li key={run.id}>
            <Link
              to="/$org/jobs/$job/runs/$run"
              params={{ org, job: job.id, run: run.id }}
              search={(before) => before}
              className={styles.run}
              aria-current={run.id === chosen.id ? "page" : undefined}
              activeProps={{}}
            >
              <span className={styles.head}>
                <b>#{run.number}</b> <Status status={run.status} stopping={run.stop !== null} />
              </span>
              <span className={styles.line}>
                <Ago at={run.created_at} />
                {run.started_at && (
                  <>
                    {" · "}
                    <Took from={run.started_at} to={run.finished_at} live={isLive(run.status)} />
                  </>
                )}
              </span>
              {differences(run, job.job_runs[index + 1]).map((text) => (
                <span key={text} className={styles.line}>
                  {text}
                </span>
              ))}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function useRunKeys(job: Job, chosen: Run): void {
  const navigate = useNavigate();
  const { org = "" } = useParams({ strict: false });
  const step = (by: 1 | -1) => () => {
    const run = job.job_runs.find(({ number }) => number === chosen.number + by);
    if (run) void navigate({ to: "/$org/jobs/$job/runs/$run", params: { org, job: job.id, run: run.id }, search: (before) => before });
  };
  useKeys({
    title: "Job",
    bindings: [
      { keys: ["["], says: "The run before", act: step(-1) },
      { keys: ["]"], says: "The run after", act: step(1) },
    ],
  });
}
