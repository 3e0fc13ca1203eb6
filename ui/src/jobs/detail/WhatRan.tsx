import type { Job, Json, JsonObject, Run } from "../../api/types";
import { Copy } from "../../components/Copy";
import { said, valuesOf } from "../../components/values";
import { resourcesOf, sourceOf, termsOf } from "./facts";
import { Facts } from "../../components/Facts";
import { LaunchIt } from "./LaunchIt";
import { Panel } from "./Panel";
import styles from "./Panel.module.css";

/** Everything the run was given, and the environment it found. */
export function WhatRan({ job, run }: { job: Job; run: Run }) {
  const { packages, runner, ...rest } = run.snapshot ?? {};
  const limits = resourcesOf(run.resources);
  return (
    <Panel name="What ran">
      <div className={styles.whole}>
        <span>Everything that this run was launched with, and what it found.</span>
        <Copy text={wholeOf(job, run)} what="all of it as JSON" />
      </div>
      <div className={styles.columns}>
        <Facts
          title="Source"
          rows={[{ name: "operation", value: job.processing?.name ?? job.operation }, ...fullSource(run)]}
        />
        <Facts title="Limits" rows={limits.length ? limits : [{ name: "limits", value: "none" }]} />
        <Facts title="Terms" rows={termsOf(run)} />
        <Facts title="Parameters" rows={valuesOf(run.parameters)} />
        <Facts title="Inputs" rows={valuesOf(run.inputs)} />
        <Facts
          title="Environment"
          rows={worded(rest)}
          empty={run.started_at ? "Nothing was reported." : "It is known once the run has started."}
        />
        {isObject(runner) && <Facts title="Supervised by" rows={worded(runner)} />}
      </div>
      {Array.isArray(packages) && packages.length > 0 && <Packages packages={packages} />}
      <LaunchIt job={job} run={run} />
    </Panel>
  );
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const worded = (values: JsonObject) => valuesOf(values).map((row) => ({ ...row, name: row.name.replaceAll("_", " ") }));

/** The snapshot as one JSON value, to keep or to send. */
function wholeOf(job: Job, run: Run): string {
  const { number, engine, parameters, inputs, resources, source, snapshot } = run;
  const { id, type, operation, name, target } = job;
  const whole = { job: { id, type, operation, name, target }, run: { id: run.id, number, engine, parameters, inputs, resources, source, snapshot } };
  return JSON.stringify(whole, null, 2);
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
