import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { GitCompareArrows } from "lucide-react";
import { comparisonQuery } from "../../../api/jobs";
import type { Comparison, Job, Run } from "../../../api/types";
import { Copy } from "../../../components/Copy";
import { Loaded } from "../../../components/Loaded";
import { State } from "../../../components/State";
import { Status } from "../../../components/StatusMark";
import styles from "./Compare.module.css";
import { LogParting } from "./LogParting";
import { partsOf, type Part } from "./parts";
import { Panel } from "../Panel";

/** The chosen run beside another of the same job. The address holds both. */
export function Compare({ job, run }: { job: Job; run: Run }) {
  const { with: asked } = useSearch({ from: "/$org/jobs/$job" });
  const others = job.job_runs.filter(({ id }) => id !== run.id);
  const other = others.find(({ number }) => String(number) === asked) ?? nearest(others, run);
  if (!other) {
    return (
      <State icon={GitCompareArrows} title="There is one run only" small>
        Run the job again, and what is different will be here.
      </State>
    );
  }
  return (
    <Panel name="Comparison">
      <Choice run={run} other={other} others={others} />
      <Both job={job} run={run} other={other} />
    </Panel>
  );
}

/** The run before it, else the one after. */
function nearest(others: readonly Run[], run: Run): Run | undefined {
  return others.find(({ number }) => number < run.number) ?? others.at(-1);
}

function Choice({ run, other, others }: { run: Run; other: Run; others: readonly Run[] }) {
  const navigate = useNavigate();
  const choose = (number: string) =>
    void navigate({ to: ".", search: (before) => ({ ...before, with: number }), replace: true });
  return (
    <div className={styles.choice}>
      <NativeSelect
        label={`Run ${run.number} compared with`}
        value={String(other.number)}
        onChange={(event) => choose(event.currentTarget.value)}
        data={others.map(({ number }) => ({ value: String(number), label: `run ${number}` }))}
      />
    </div>
  );
}

function Both({ job, run, other }: { job: Job; run: Run; other: Run }) {
  const query = useQuery(comparisonQuery(job.id, other.number, run.number));
  return (
    <Loaded query={query} small>
      {(found) => (
        <>
          <Parts job={job} found={found} />
          <LogParting job={job} found={found} />
        </>
      )}
    </Loaded>
  );
}

function Parts({ job, found }: { job: Job; found: Comparison }) {
  const { before, after } = found;
  const parts = partsOf(found);
  return (
    <section>
      <table className={styles.table}>
        <caption className={styles.caption}>What is different</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className={styles.hidden}>What</span>
            </th>
            <th scope="col">Run {before.number}</th>
            <th scope="col">Run {after.number}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">status</th>
            <td>
              <Status status={before.status} />
            </td>
            <td>
              <Status status={after.status} />
            </td>
          </tr>
        </tbody>
        {parts.map((part) => (
          <Rows key={part.title} part={part} />
        ))}
      </table>
      {!parts.some(({ given }) => given) && (
        <p className={styles.equal}>Both were given the same, from the same source, in the same environment.</p>
      )}
      <p className={styles.command}>
        <code>{`safelight diff ${job.id.slice(-8)} --runs ${before.number},${after.number}`}</code>
        <Copy text={`safelight diff ${job.id} --runs ${before.number},${after.number}`} what="the command" />
      </p>
    </section>
  );
}

function Rows({ part }: { part: Part }) {
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3} className={styles.part}>
          {part.title}
        </th>
      </tr>
      {part.rows.map(({ name, before, after }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{before}</td>
          <td>{after}</td>
        </tr>
      ))}
    </tbody>
  );
}
