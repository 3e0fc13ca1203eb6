import { ImageOff } from "lucide-react";
import { type CSSProperties, useState } from "react";
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

/** A small picture with its shapes, or their place where there is no picture, or none that can be read. */
export function Thumbnail({ url, none, width, height, shapes, look, style, lazy }: Props) {
  const [damaged, setDamaged] = useState<string>();
  return (
    <span className={styles.picture} style={style}>
      {url && url !== damaged ? (
        <img
          src={url}
          alt=""
          decoding="async"
          onError={() => setDamaged(url)}
          {...(lazy && { loading: "lazy" })}
        />
      ) : (
        <span className={styles.missing}>
          <ImageOff size={20} strokeWidth={1.5} aria-hidden="true" />
          {url ? "cannot be read" : none}
        </span>
      )}
      {width && height ? <Overlay width={width} height={height} shapes={shapes} look={look} /> : null}
    </span>
  );
}
