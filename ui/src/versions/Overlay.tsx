import type { Shape } from "../api/types";
import styles from "./Overlay.module.css";
import { dots, outline } from "./shapes";

interface Props {
  width: number;
  height: number;
  shapes: readonly Shape[];
  colours: Map<string, string>;
  /** Only shapes of this label, if one is given. */
  only?: string | undefined;
}

/** Shapes drawn over their picture: lines stay crisp and thin at any size. */
export function Overlay({ width, height, shapes, colours, only }: Props) {
  const shown = only ? shapes.filter((shape) => shape.label.id === only) : shapes;
  const radius = Math.max(width, height) / 160;
  return (
    <svg className={styles.overlay} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {shown.map((shape) => {
        const colour = colours.get(shape.label.id) ?? "var(--label-0)";
        return (
          <g key={shape.id} style={{ color: colour }}>
            <path className={shape.kind === "line" ? styles.line : styles.area} d={outline(shape)} />
            {dots(shape).map(([x, y]) => (
              <circle key={`${x} ${y}`} className={styles.dot} cx={x} cy={y} r={radius} />
            ))}
          </g>
        );
      })}
    </svg>
  );
}
