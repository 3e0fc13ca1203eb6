import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { figure } from "../components/numbers";
import styles from "./Chart.module.css";

interface Props {
  name: string;
  /** One value a step; gaps are null. */
  values: readonly (number | null)[];
  live: boolean;
}

const HEIGHT = 190;

/** One metric over its steps. It grows in place while the training logs. */
export function Chart({ name, values, live }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(options(element), [[], []], element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);

  // after the effect above: a plot that was just made gets its values here
  useEffect(() => plot.current?.setData(columns(values)), [values]);

  const last = values.findLast((value) => value !== null);
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.head}>
        <span className={styles.name}>{name}</span>
        <span className={styles.last} data-live={live || undefined}>
          {typeof last === "number" ? figure(last) : "–"}
        </span>
      </figcaption>
      <div ref={place} role="img" aria-label={`${name} over ${values.length} steps, now ${last ?? "nothing"}`} />
    </figure>
  );
}

const columns = (values: readonly (number | null)[]): uPlot.AlignedData => [values.map((_, step) => step + 1), [...values]];

function options(element: HTMLElement): uPlot.Options {
  const token = (name: string) => () => getComputedStyle(element).getPropertyValue(name);
  const axis = {
    stroke: token("--faint"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { show: false },
    font: "11px Inter Variable, system-ui",
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 26 },
      { ...axis, size: 52, values: (_, splits) => splits.map((split) => figure(split)) },
    ],
    series: [{}, { stroke: token("--amber"), width: 2, points: { show: false } }],
  };
}
