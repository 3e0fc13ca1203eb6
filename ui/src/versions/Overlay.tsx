import { memo } from "react";
import type { Shape } from "../api/types";
import styles from "./Overlay.module.css";
import { dots, isArea, type Links, outline } from "./shapes";

/** How shapes are drawn. */
export interface Look {
  colours: ReadonlyMap<string, string>;
  /** Ids of labels that are not shown. */
  hidden: ReadonlySet<string>;
  /** Opacity of what shapes cover, in percent. */
  fill: number;
  /** How thick lines are, in CSS pixels. */
  line: number;
  links: ReadonlyMap<string, Links>;
}

export const plainLook = (colours: ReadonlyMap<string, string>): Look => ({
  colours,
  hidden: new Set(),
  fill: 14,
  line: 1.6,
  links: new Map(),
});

interface Props {
  width: number;
  height: number;
  shapes: readonly Shape[];
  look: Look;
  /** The part of the picture that is drawn, [x, y, width, height]; else all of it. */
  part?: readonly [number, number, number, number] | undefined;
  /** Of a shape that is pointed at. */
  marked?: string | undefined;
  point?: (shape: string | undefined) => void;
}

const ONE_BY_ONE = 120;

/** Shapes drawn over their picture: lines stay crisp and equally thin at any size. */
export const Overlay = memo(function Overlay({ width, height, shapes, look, part, marked, point }: Props) {
  const shown = shapes.filter(({ kind, label }) => kind !== "classification" && !look.hidden.has(label.id));
  const together = !point && shown.length > ONE_BY_ONE;
  return (
    <svg
      className={styles.overlay}
      viewBox={(part ?? [0, 0, width, height]).join(" ")}
      preserveAspectRatio="none"
      aria-hidden="true"
      style={{ "--fill": `${look.fill}%`, "--line": look.line } as React.CSSProperties}
    >
      {together
        ? byLabel(shown).map(([label, some]) => <Many key={label} label={label} shapes={some} height={height} look={look} />)
        : shown.map((shape) => (
            <One key={shape.id} shape={shape} height={height} look={look} marked={shape.id === marked} point={point} />
          ))}
    </svg>
  );
});

const colourOf = ({ colours }: Look, label: string): string => colours.get(label) ?? "var(--label-0)";

interface OneProps {
  shape: Shape;
  height: number;
  look: Look;
  marked: boolean;
  point: ((shape: string | undefined) => void) | undefined;
}

function One({ shape, height, look, marked, point }: OneProps) {
  const path = outline(shape, height, look.links.get(shape.label.id));
  return (
    <g
      style={{ color: colourOf(look, shape.label.id) }}
      data-kind={shape.kind}
      data-shape={shape.id}
      data-marked={marked || undefined}
      {...(point && { onPointerEnter: () => point(shape.id), onPointerLeave: () => point(undefined) })}
    >
      {path && <path className={isArea(shape) ? styles.area : styles.line} d={path} />}
      <Dots shapes={[shape]} />
    </g>
  );
}

/** Where there are very many, all of a label in one stroke: a tile stays light. */
function Many({ label, shapes, height, look }: { label: string; shapes: Shape[]; height: number; look: Look }) {
  const path = (some: Shape[]) => some.map((shape) => outline(shape, height, look.links.get(label))).join("");
  return (
    <g style={{ color: colourOf(look, label) }} data-kind="many">
      <path className={styles.many} d={path(shapes.filter(isArea))} />
      <path className={styles.line} d={path(shapes.filter((shape) => !isArea(shape)))} />
      <Dots shapes={shapes} />
    </g>
  );
}

/** A line of no length with round ends is a dot that is as large at any zoom. */
function Dots({ shapes }: { shapes: Shape[] }) {
  const path = shapes.flatMap(dots).map(([x, y]) => `M${x} ${y}h0`).join("");
  return path ? <path className={styles.dots} d={path} /> : null;
}

function byLabel(shapes: Shape[]): [string, Shape[]][] {
  const found = new Map<string, Shape[]>();
  for (const shape of shapes) {
    const known = found.get(shape.label.id);
    if (known) known.push(shape);
    else found.set(shape.label.id, [shape]);
  }
  return [...found];
}
