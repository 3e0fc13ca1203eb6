import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { checkQuery } from "../api/imports";
import type { Job } from "../api/types";
import { Bar } from "../components/Bar";
import { Loaded } from "../components/Loaded";
import { State } from "../components/State";
import { isLive } from "../components/status";
import { fractionOf } from "../jobs/line";
import { CheckReport } from "./CheckReport";
import styles from "./Dialog.module.css";

/** How far a check is, and what it has found out. */
export function CheckOutcome({ job }: { job: string }) {
  const query = useQuery(checkQuery(job));
  return (
    <div aria-live="polite">
      <Loaded query={query} small>
        {(found) => <Outcome job={found} />}
      </Loaded>
    </div>
  );
}

function Outcome({ job }: { job: Job }) {
  const [run] = job.job_runs;
  if (!run || isLive(job.status))
    return (
      <div className={styles.checking}>
        <Bar fraction={run?.progress ? fractionOf(run.progress) : null} label="Progress of the check" />
        <p className={styles.hint}>{run?.progress?.phase || "Waiting for its turn"} …</p>
      </div>
    );
  if (run.result?.check) return <CheckReport check={run.result.check} />;
  return (
    <State icon={TriangleAlert} title="The file could not be checked" small>
      {run.failure?.message ?? "The check was stopped."}
    </State>
  );
}
