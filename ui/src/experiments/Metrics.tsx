import { useQuery } from "@tanstack/react-query";
import { ChartSpline } from "lucide-react";
import { seriesQuery } from "../api/experiments";
import type { Experiment, Metric } from "../api/types";
import { State } from "../components/State";
import { Chart } from "./Chart";
import styles from "./Experiment.module.css";

/** One live chart for each metric that grows step by step, one figure for each single value. */
export function Metrics({ experiment }: { experiment: Experiment }) {
  const lines = experiment.metrics.filter((metric) => metric.type === "LINE");
  const values = experiment.metrics.filter((metric) => metric.type === "VALUE");
  if (lines.length + values.length === 0)
    return (
      <State icon={ChartSpline} title="No metric yet" small>
        They appear here as soon as the training logs its first value.
      </State>
    );
  return (
    <>
      <div className={styles.charts}>
        {lines.map((metric) => (
          <Line key={metric.name} experiment={experiment} metric={metric} />
        ))}
      </div>
      {values.length > 0 && (
        <dl className={styles.values}>
          {values.map((metric) => (
            <div key={metric.name}>
              <dt>{metric.name}</dt>
              <dd>{JSON.stringify(metric.last)}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Line({ experiment, metric }: { experiment: Experiment; metric: Metric }) {
  const { data } = useQuery(seriesQuery(experiment.id, metric.name, metric.points));
  const values = (data?.points ?? []).map(({ value }) => (typeof value === "number" ? value : null));
  return <Chart name={metric.name} values={values} live={experiment.status === "RUNNING"} />;
}
