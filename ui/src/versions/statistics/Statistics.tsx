import { useQuery } from "@tanstack/react-query";
import { ChartColumn } from "lucide-react";
import type { Statistics as Numbers } from "../../api/types";
import { statisticsQuery } from "../../api/versions";
import { Bar } from "../../components/Bar";
import { Figure } from "../../components/Figure";
import { Loaded } from "../../components/Loaded";
import { count, plural } from "../../components/numbers";
import { State } from "../../components/State";
import { Bars } from "./Bars";
import styles from "./Statistics.module.css";
import { named, parts, pixels, ratios, shapes } from "./stretches";

const CLASSES_SHOWN = 40;

/** What a version looks like in numbers. */
export function Statistics({ version, colours }: { version: string; colours: Map<string, string> }) {
  const query = useQuery(statisticsQuery(version));
  return <Loaded query={query}>{(numbers) => <Content numbers={numbers} colours={colours} />}</Loaded>;
}

function Content({ numbers, colours }: { numbers: Numbers; colours: Map<string, string> }) {
  if (numbers.pictures === 0)
    return (
      <State icon={ChartColumn} title="Nothing to count yet">
        Add pictures or import annotations: their classes and sizes will be shown here.
      </State>
    );
  const classes = numbers.classes.toSorted((one, other) => other.shapes - one.shapes);
  return (
    <>
      {numbers.state === "counting" && <Counting numbers={numbers} />}
      <div className={styles.charts}>
        <Figure name="Classes" note={kinds(numbers)} value={plural(numbers.shapes, "shape")}>
          {classes.length > 0 ? (
            <Bars
              label="Shapes by class"
              by="Class"
              of="Shapes"
              bars={classes.slice(0, CLASSES_SHOWN).map((one) => ({
                id: one.id,
                name: one.name,
                number: one.shapes,
                colour: colours.get(one.id),
                note: `in ${plural(one.pictures, "picture")}`,
              }))}
            />
          ) : (
            <p className={styles.none}>This version has no labels.</p>
          )}
          {classes.length > CLASSES_SHOWN && (
            <p className={styles.none}>And {plural(classes.length - CLASSES_SHOWN, "class", "classes")} with fewer shapes.</p>
          )}
        </Figure>
        <Figure
          name="Shapes per picture"
          note={`${count(numbers.annotated)} annotated, ${count(numbers.empty)} not`}
          value={plural(numbers.counted_pictures, "picture")}
        >
          <Bars label="Pictures by number of shapes" by="Shapes" of="Pictures" bars={named(numbers.shapes_per_picture, shapes)} />
        </Figure>
        <Spread
          name="Box sizes"
          note="part of the picture's area"
          none="No boxes or polygons in pictures of a known size."
          label="Boxes by size"
          by="Area"
          of="Boxes"
          bars={named(numbers.box_areas, parts)}
        />
        <Spread
          name="Box aspect"
          note="width to height"
          none="No boxes or polygons."
          label="Boxes by aspect"
          by="Aspect"
          of="Boxes"
          bars={named(numbers.box_aspects, ratios)}
        />
        <Spread
          name="Picture sizes"
          note="the longer side"
          none="No picture of a known size."
          label="Pictures by size"
          by="Longer side"
          of="Pictures"
          bars={named(numbers.picture_sides, pixels)}
        />
      </div>
    </>
  );
}

interface SpreadProps {
  name: string;
  note: string;
  none: string;
  label: string;
  by: string;
  of: string;
  bars: { id: string; name: string; number: number }[];
}

function Spread({ name, note, none, ...chart }: SpreadProps) {
  const total = chart.bars.reduce((sum, bar) => sum + bar.number, 0);
  return (
    <Figure name={name} note={note} value={count(total)}>
      {total > 0 ? <Bars {...chart} /> : <p className={styles.none}>{none}</p>}
    </Figure>
  );
}

function Counting({ numbers }: { numbers: Numbers }) {
  const done = numbers.counted_pictures / numbers.pictures;
  return (
    <div className={styles.counting} role="status">
      <p>
        Counting, {Math.floor(done * 100)}%. Much has changed in this version; these are the numbers of{" "}
        {count(numbers.counted_pictures)} of its {plural(numbers.pictures, "picture")}.
      </p>
      <Bar fraction={done} label="Counted" />
    </div>
  );
}

/** 12 rectangles · 3 polygons */
function kinds(numbers: Numbers): string {
  const many = (kind: string) => (kind === "keypoints" ? "sets of keypoints" : `${kind}s`);
  return Object.entries(numbers.kinds)
    .map(([kind, number]) => plural(number, kind === "keypoints" ? "set of keypoints" : kind, many(kind)))
    .join(" · ");
}
