import { ImageOff } from "lucide-react";
import type { Asset } from "../api/types";
import { plural } from "../components/numbers";
import { Overlay } from "./Overlay";
import styles from "./Tile.module.css";

interface Props {
  asset: Asset;
  colours: Map<string, string>;
  only?: string | undefined;
  open: () => void;
}

/** One picture of the gallery with its shapes; a placeholder where nothing was uploaded yet. */
export function Tile({ asset, colours, only, open }: Props) {
  const classes = asset.shapes.filter((shape) => shape.kind === "classification");
  const drawn = asset.shapes.length - classes.length;
  return (
    <li className={styles.tile}>
      <button
        type="button"
        className={styles.frame}
        onClick={open}
        aria-label={`${asset.filename}, ${asset.thumbnail ? "" : "not uploaded, "}${plural(asset.shapes.length, "shape")}`}
      >
        <span className={styles.picture} style={{ aspectRatio: `${asset.width || 4} / ${asset.height || 3}` }}>
          {asset.thumbnail ? (
            <img src={asset.thumbnail} alt="" loading="lazy" decoding="async" />
          ) : (
            <span className={styles.missing}>
              <ImageOff size={20} strokeWidth={1.5} aria-hidden="true" />
              not uploaded
            </span>
          )}
          {asset.width > 0 && <Overlay {...asset} colours={colours} only={only} />}
        </span>
      </button>
      <div className={styles.words}>
        <span className={styles.name}>{asset.filename}</span>
        <span className={styles.count}>{drawn > 0 ? drawn : ""}</span>
      </div>
      {classes.length > 0 && (
        <div className={styles.classes}>
          {classes.map((shape) => (
            <span key={shape.id} style={{ color: colours.get(shape.label.id) }}>
              <i /> <b>{shape.label.name}</b>
            </span>
          ))}
        </div>
      )}
    </li>
  );
}
