import type { Job, Run } from "../../api/types";
import { Bar } from "../../components/Bar";
import { isLive } from "../../components/status";
import { fractionOf } from "../line";
import { valuesOf } from "../../components/values";
import { countsOf, progressOf, resourcesOf, sourceOf } from "./facts";
import { Facts } from "../../components/Facts";
import { Outcome } from "./Outcome";
import { Rejects } from "./Rejects";
import styles from "./Side.module.css";

/** Beside the log: how far, with what, what came out. */
export function Side({ job, run, tab }: { job: Job; run: Run; tab: string }) {
  const what = [
    ...(job.processing ? [{ name: "processing", value: job.processing.name }] : []),
    ...sourceOf(run),
    ...resourcesOf(run.resources),
  ];
  return (
    <aside className={styles.side} aria-label="About this run">
      {isLive(run.status) && run.progress && (
        <div>
          <Bar fraction={fractionOf(run.progress)} label={`Progress of run ${run.number}`} />
        </div>
      )}
      <Facts title="Progress" rows={progressOf(run)} />
      {run.result && (
        <div className={styles.group}>
          <Facts title="Result" rows={countsOf(run.result)} />
          <Outcome job={job} run={run} />
        </div>
      )}
      {run.rejects && tab !== "result" && <Rejects job={job} run={run} rejects={run.rejects} />}
      <Facts title="What ran" rows={what} />
      <Facts title="Parameters" rows={valuesOf(run.parameters)} />
      <Facts title="Inputs" rows={valuesOf(run.inputs)} />
    </aside>
  );
}
