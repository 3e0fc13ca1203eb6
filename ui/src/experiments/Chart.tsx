import { figure } from "../components/numbers";
import { Plot } from "../components/Plot";
import { Figure } from "../components/Figure";

interface Props {
  name: string;
  /** One value a step; gaps are null. */
  values: readonly (number | null)[];
  live: boolean;
}

/** One metric over its steps. It grows in place while the training logs. */
export function Chart({ name, values, live }: Props) {
  const last = values.findLast((value) => value !== null);
  return (
    <Figure name={name} value={typeof last === "number" ? figure(last) : "–"} live={live}>
      <Plot
        label={`${name} over ${values.length} steps, now ${last ?? "nothing"}`}
        data={[values.map((_, step) => step + 1), [...values]]}
        lines={LINES}
      />
    </Figure>
  );
}

const LINES = [{ colour: "--amber" }] as const;
