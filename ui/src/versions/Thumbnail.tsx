import type { CSSProperties } from "react";
import type { Shape } from "../api/types";
import { Picture } from "../components/grid/Picture";
import { type Look, Overlay } from "./Overlay";
import styles from "./Thumbnail.module.css";

interface Props {
  url: string | null;
  /** Why there is no picture, if there is none. */
  none: string;
  width: number | null;
  height: number | null;
  shapes: readonly Shape[];
  look: Look;
  /** How large it is. */
  style: CSSProperties;
  lazy?: boolean;
}

/** A small picture with its shapes, or their place where there is no picture, or none that can be read. */
export function Thumbnail({ url, none, width, height, shapes, look, style, lazy }: Props) {
  return (
    <span className={styles.picture} style={style}>
      <Picture url={url} none={none} missing={styles.missing} {...(lazy && { lazy })} />
      {width && height ? <Overlay width={width} height={height} shapes={shapes} look={look} /> : null}
    </span>
  );
}
