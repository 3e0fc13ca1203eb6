import type { Asset } from "../../api/types";
import type { TileProps } from "../../components/grid/Grid";
import { PickTile, WaitingTile } from "../../components/grid/PickTile";
import type { Picking } from "../../components/grid/usePicking";
import { plural } from "../../components/numbers";
import type { Look } from "../Overlay";
import { Thumbnail } from "../Thumbnail";
import { thumbnailFor } from "../thumbnails";
import styles from "./Tile.module.css";

interface Props extends TileProps<Asset> {
  look: Look;
  /** How large it is drawn at most, in CSS pixels. */
  size: number;
  picking: Picking;
  open: (asset: Asset) => void;
}

/** One picture of the gallery with its shapes. */
export function Tile({ item: asset, look, size, open, ...rest }: Props) {
  if (!asset) return <WaitingTile {...rest} />;
  const classes = asset.shapes.filter(({ kind, label }) => kind === "classification" && !look.hidden.has(label.id));
  return (
    <PickTile
      {...rest}
      id={asset.id}
      name={asset.filename}
      says={`, ${asset.thumbnail ? "" : "not uploaded, "}${plural(asset.shapes.length, "shape")}`}
      open={() => open(asset)}
      foot={
        classes.length > 0 && (
        <span className={styles.classes}>
          {classes.slice(0, 4).map((shape) => (
            <span key={shape.id} style={{ "--label": look.colours.get(shape.label.id) } as React.CSSProperties}>
              <i /> {shape.label.name}
            </span>
          ))}
          {classes.length > 4 && <span>+{classes.length - 4}</span>}
        </span>
      )
      }
    >
      <Thumbnail
        url={asset.thumbnail && thumbnailFor(asset.thumbnail, size)}
        none="not uploaded"
        width={asset.width}
        height={asset.height}
        shapes={asset.shapes}
        look={look}
        style={fit(asset)}
      />
    </PickTile>
  );
}

/** As large as the frame lets the picture be, whichever side of it ends first. */
const fit = ({ width, height }: Asset): React.CSSProperties => {
  const ratio = (width || 4) / (height || 3);
  return { aspectRatio: String(ratio), width: `min(100cqw, ${ratio * 100}cqh)` };
};
