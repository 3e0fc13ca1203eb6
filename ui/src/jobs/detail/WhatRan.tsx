import type { Job, Json, Run } from "../../api/types";
import { said, valuesOf } from "../../components/values";
import { resourcesOf, sourceOf } from "./facts";
import { Facts } from "../../components/Facts";
import styles from "./Panel.module.css";

/** Everything the run was given, and the environment it found. */
export function WhatRan({ job, run }: { job: Job; run: Run }) {
  const { packages, ...rest } = run.snapshot ?? {};
  const limits = resourcesOf(run.resources);
  return (
    <div className={styles.panel}>
      <div className={styles.columns}>
        <Facts
          title="Source"
          rows={[{ name: "operation", value: job.processing?.name ?? job.operation }, ...fullSource(run)]}
        />
        <Facts title="Limits" rows={limits.length ? limits : [{ name: "limits", value: "none" }]} />
        <Facts title="Parameters" rows={valuesOf(run.parameters)} />
        <Facts title="Inputs" rows={valuesOf(run.inputs)} />
        <Facts title="Environment" rows={valuesOf(rest).map((row) => ({ ...row, name: row.name.replaceAll("_", " ") }))} />
      </div>
      {Array.isArray(packages) && packages.length > 0 && <Packages packages={packages} />}
    </div>
  );
}

function fullSource(run: Run) {
  const whole = Object.entries(run.source).map(([name, value]) => ({ name, value: said(value), mono: true }));
  return [...whole, ...sourceOf({ ...run, source: {} })];
}

function Packages({ packages }: { packages: Json[] }) {
  return (
    <section>
      <h2 className={styles.title}>{packages.length} packages</h2>
      <ul className={styles.packages}>
        {packages.map((each) => (
          <li key={said(each)}>{said(each)}</li>
        ))}
      </ul>
    </section>
  );
}
