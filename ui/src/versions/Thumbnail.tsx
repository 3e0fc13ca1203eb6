import { ImageOff } from "lucide-react";
import type { CSSProperties } from "react";
import type { Shape } from "../api/types";
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

/** A small picture with its shapes, or their place where there is no picture. */
export function Thumbnail({ url, none, width, height, shapes, look, style, lazy }: Props) {
  return (
    <span className={styles.picture} style={style}>
      {url ? (
        <img src={url} alt="" decoding="async" {...(lazy && { loading: "lazy" })} />
      ) : (
        <span className={styles.missing}>
          <ImageOff size={20} strokeWidth={1.5} aria-hidden="true" />
          {none}
        </span>
      )}
      {width && height ? <Overlay width={width} height={height} shapes={shapes} look={look} /> : null}
    </span>
  );
}
