import { PackageOpen } from "lucide-react";
import type { Job, Run } from "../../api/types";
import { State } from "../../components/State";
import { countsOf } from "./facts";
import { Facts } from "../../components/Facts";
import { Outcome } from "./Outcome";
import { Panel } from "./Panel";
import styles from "./Panel.module.css";
import { Rejects } from "./Rejects";
import { CheckReport } from "../../versions/CheckReport";

/** What came out. */
export function Result({ job, run }: { job: Job; run: Run }) {
  if (!run.result && !run.rejects) {
    return (
      <State icon={PackageOpen} title="Nothing came out yet" small>
        Counts, new objects and files to download will be here when the run has ended.
      </State>
    );
  }
  return (
    <Panel name="Result">
      {run.result?.summary && <p className={styles.summary}>{run.result.summary}</p>}
      {run.rejects && <Rejects job={job} run={run} rejects={run.rejects} />}
      {run.result?.check && <CheckReport check={run.result.check} />}
      <div className={styles.columns}>
        <Facts title="Counts" rows={countsOf(run.result)} />
        <Outcome job={job} run={run} />
      </div>
    </Panel>
  );
}
