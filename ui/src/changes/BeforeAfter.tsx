import { ActionIcon, Modal } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { ArrowLeft, ArrowRight } from "lucide-react";
import type { PictureChange, Side } from "../api/types";
import { plural } from "../components/numbers";
import { Overlay, plainLook } from "../versions/Overlay";
import styles from "./BeforeAfter.module.css";
import { becameOf } from "./signed";

interface Props {
  picture: PictureChange | null;
  palette: Map<string, string>;
  /** As "3 of 60". */
  place: string;
  close: () => void;
  step: (by: 1 | -1) => void;
}

/** One picture before and after, side by side; arrow keys go to the next. */
export function BeforeAfter({ picture, palette, place, close, step }: Props) {
  useHotkeys([
    ["ArrowRight", () => picture && step(1)],
    ["ArrowLeft", () => picture && step(-1)],
  ]);
  return (
    <Modal opened={picture !== null} onClose={close} title={picture?.filename ?? "Removed from the datalake"} size="min(1280px, 96vw)">
      {picture && (
        <>
          <div className={styles.sides}>
            <Half name="Before" picture={picture} side={picture.before} palette={palette} />
            <Half name="After" picture={picture} side={picture.after} palette={palette} />
          </div>
          <div className={styles.foot}>
            <span>{becameOf(picture)}</span>
            <span className={styles.steps}>
              {place}
              <ActionIcon aria-label="Previous picture" onClick={() => step(-1)}>
                <ArrowLeft size={16} aria-hidden="true" />
              </ActionIcon>
              <ActionIcon aria-label="Next picture" onClick={() => step(1)}>
                <ArrowRight size={16} aria-hidden="true" />
              </ActionIcon>
            </span>
          </div>
        </>
      )}
    </Modal>
  );
}

interface HalfProps {
  name: string;
  picture: PictureChange;
  side: Side;
  palette: Map<string, string>;
}

function Half({ name, picture, side, palette }: HalfProps) {
  const { width, height } = picture;
  return (
    <figure className={styles.half}>
      <figcaption>
        <b>{name}</b> {side.exists ? tally(side) : "not in the version"}
      </figcaption>
      <div className={styles.picture} data-absent={!side.exists || undefined} style={{ aspectRatio: `${width || 4} / ${height || 3}` }}>
        {picture.url && <img src={picture.url} alt={`${picture.filename ?? ""} ${name.toLowerCase()}`} />}
        {width && height ? <Overlay width={width} height={height} shapes={side.shapes} look={plainLook(palette)} /> : null}
      </div>
    </figure>
  );
}

/** 3 shapes: apple 2, pear 1 */
function tally({ shapes }: Side): string {
  const counts = new Map<string, number>();
  for (const { label } of shapes) counts.set(label.name, (counts.get(label.name) ?? 0) + 1);
  const listed = [...counts].map(([name, many]) => `${name} ${many}`).join(", ");
  return listed ? `${plural(shapes.length, "shape")}: ${listed}` : "no shapes";
}
