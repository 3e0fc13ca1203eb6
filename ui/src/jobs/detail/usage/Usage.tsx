import { useQuery } from "@tanstack/react-query";
import { ActivitySquare } from "lucide-react";
import { useMemo } from "react";
import { samplesQuery, sectionsQuery } from "../../../api/jobs";
import type { LogSection, Run, Samples } from "../../../api/types";
import { Figure } from "../../../components/Figure";
import { Loaded } from "../../../components/Loaded";
import { bytes, figure } from "../../../components/numbers";
import { type Line, Plot } from "../../../components/Plot";
import { State } from "../../../components/State";
import { isLive } from "../../../components/status";
import { bandsOf, columns, elapsed, isMeasured, type Measure } from "./series";
import { Panel } from "../Panel";
import styles from "./Usage.module.css";

/** What the run uses over time, against what it may use. */
export function Usage({ run }: { run: Run }) {
  const live = isLive(run.status);
  const query = useQuery(samplesQuery(run.id, live));
  const { data: sections = [] } = useQuery(sectionsQuery(run.id, live));
  return (
    <Panel name="Resources">
      <Loaded query={query} small>
        {(data) => (data.samples.length ? <Charts run={run} usage={data} sections={sections} /> : <Nothing run={run} />)}
      </Loaded>
    </Panel>
  );
}

function Nothing({ run }: { run: Run }) {
  const live = isLive(run.status);
  const title = live ? "No sample yet" : run.started_at ? "This run was too short for a sample" : "This run never started";
  return (
    <State icon={ActivitySquare} title={title} small>
      {live
        ? "CPU, memory, GPU and disk appear here seconds after the run has started."
        : "CPU, memory, GPU and disk are looked at every few seconds while a run runs."}
    </State>
  );
}

interface Kind {
  measure: Measure;
  name: string;
  say: (value: number) => string;
  limit?: "cpu" | "memory";
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const KINDS: Kind[] = [
  { measure: "cpu", name: "CPU", say: (cores) => `${figure(cores)} cores`, limit: "cpu" },
  { measure: "memory", name: "Memory", say: bytes, limit: "memory" },
  { measure: "gpu", name: "GPU", say: percent },
  { measure: "disk", name: "Disk in the work folder", say: bytes },
];

interface Given {
  run: Run;
  usage: Samples;
  sections: LogSection[];
}

function Charts({ run, usage, sections }: Given) {
  const shown = KINDS.filter(({ measure }) => isMeasured(usage.samples, measure));
  return (
    <>
      <div className={styles.charts}>
        {shown.map((kind) => (
          <Chart key={kind.measure} kind={kind} run={run} usage={usage} sections={sections} />
        ))}
      </div>
      <p className={styles.note}>
        Time since the start of the run. The last two hours are kept; a peak is of the whole run.
      </p>
    </>
  );
}

const lines = (colour: string, limited: boolean): Line[] => [{ colour }, ...(limited ? [{ colour: "--dim", dashed: true }] : [])];

function Chart({ kind: { measure, name, say, limit }, run, usage, sections }: Given & { kind: Kind }) {
  const { samples, peak } = usage;
  const most = limit ? usage.limits[limit] : null;
  const start = Date.parse(run.started_at ?? run.created_at);
  const last = samples.at(-1);
  const data = useMemo((): [number[], ...(number | null)[][]] => {
    const [at, values] = columns(samples, measure, start);
    return most == null ? [at, values] : [at, values, at.map(() => most)];
  }, [samples, measure, start, most]);
  const bands = useMemo(
    () => bandsOf(sections, start, Date.parse(last?.at ?? run.created_at)),
    [sections, start, last?.at, run.created_at],
  );
  const live = isLive(run.status);
  const top = peak[measure];
  const said = [top === null ? null : `peak ${say(top)}`, most == null ? null : `limit ${say(most)}`].filter(Boolean).join(" · ");
  const now = last?.[measure] ?? null;
  return (
    <Figure name={name} note={said} value={now === null ? "–" : say(now)} live={live}>
      <Plot
        key={String(live)} // its colour is chosen when it is made: amber is for what runs
        label={`${name} over time: ${said}, ${live ? "now" : "at the end"} ${now === null ? "nothing" : say(now)}`}
        data={data}
        lines={lines(live ? "--amber" : "--text", most != null)}
        bands={bands}
        fromZero
        binary={say === bytes}
        sayX={elapsed}
        sayY={measure === "cpu" ? figure : say}
        height={160}
      />
    </Figure>
  );
}
