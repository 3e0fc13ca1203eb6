import { Eye, EyeOff } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Asset, Shape } from "../../api/types";
import { count, figure, plural } from "../../components/numbers";
import type { Look } from "../Overlay";
import { boxOf, dots } from "../shapes";
import styles from "./ShapeList.module.css";

interface Props {
  asset: Asset;
  look: Look;
  marked: string | undefined;
  point: (shape: string | undefined) => void;
  show: (shape: Shape) => void;
  /** Of a label by name: show its shapes, or hide them. */
  toggle: (label: string) => void;
}

const SHOWN = 500;

/** What is said of a picture: its labels to show or hide, and each shape; pointing at one marks it on the picture. */
export function ShapeList({ asset, look, marked, point, show, toggle }: Props) {
  const { shapes, height } = asset;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[data-marked]")?.scrollIntoView({ block: "nearest" });
  }, [marked]);
  if (shapes.length === 0) return <p className={styles.none}>Nothing is said of this picture yet.</p>;
  return (
    <>
      <div className={styles.labels} role="group" aria-label="Labels of this picture">
        {labelsOf(shapes).map(({ id, name, many }) => (
          <button
            key={id}
            type="button"
            aria-pressed={look.hidden.has(id)}
            aria-label={`${name} ${count(many)}: hide shapes`}
            title={look.hidden.has(id) ? "Show its shapes" : "Hide its shapes"}
            onClick={() => toggle(name)}
          >
            <i style={{ background: look.colours.get(id) }} />
            {name} <span>{count(many)}</span>
            {look.hidden.has(id) ? <EyeOff size={13} aria-hidden="true" /> : <Eye size={13} aria-hidden="true" />}
          </button>
        ))}
      </div>
      <ul ref={list} className={styles.shapes} aria-label="Shapes" onPointerLeave={() => point(undefined)}>
        {shapes.slice(0, SHOWN).map((shape) => (
          <li key={shape.id} data-marked={shape.id === marked || undefined} data-hidden={look.hidden.has(shape.label.id) || undefined}>
            <button
              type="button"
              onPointerEnter={() => point(shape.id)}
              onFocus={() => point(shape.id)}
              onBlur={() => point(undefined)}
              onClick={() => show(shape)}
            >
              <i style={{ background: look.colours.get(shape.label.id) }} />
              <span className={styles.name}>{shape.label.name}</span>
              <span>{shape.kind}</span>
              <span className={styles.size}>{sizeOf(shape, height)}</span>
            </button>
          </li>
        ))}
      </ul>
      {shapes.length > SHOWN && <p className={styles.none}>and {plural(shapes.length - SHOWN, "more shape")}</p>}
    </>
  );
}

function sizeOf(shape: Shape, height: number): string {
  if (shape.kind === "keypoints") return plural(dots(shape).length, "point");
  const box = boxOf(shape, height);
  if (!box) return "";
  const [x, y, wide, tall] = box;
  return shape.kind === "point" ? `at ${figure(x)}, ${figure(y)}` : `${figure(wide)} × ${figure(tall)}`;
}

function labelsOf(shapes: readonly Shape[]): { id: string; name: string; many: number }[] {
  const found = new Map<string, { id: string; name: string; many: number }>();
  for (const { label } of shapes) {
    const known = found.get(label.id) ?? { ...label, many: 0 };
    found.set(label.id, { ...known, many: known.many + 1 });
  }
  return [...found.values()];
}
