import { ActionIcon, Modal } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { ArrowLeft, ArrowRight } from "lucide-react";
import type { Asset, Shape } from "../api/types";
import { Overlay } from "./Overlay";
import styles from "./Picture.module.css";

interface Props {
  asset: Asset | null;
  colours: Map<string, string>;
  close: () => void;
  step: (by: 1 | -1) => void;
}

/** One picture, large, with its shapes and what they say; arrow keys go through the gallery. */
export function Picture({ asset, colours, close, step }: Props) {
  useHotkeys([
    ["ArrowRight", () => asset && step(1)],
    ["ArrowLeft", () => asset && step(-1)],
  ]);
  return (
    <Modal opened={asset !== null} onClose={close} title={asset?.filename} size="min(1100px, 94vw)">
      {asset && (
        <>
          <div className={styles.stage}>
            <div
              className={styles.picture}
              style={{ aspectRatio: `${asset.width || 4} / ${asset.height || 3}`, width: `min(100%, ${fit(asset)})` }}
            >
              {asset.url && <img src={asset.url} alt={asset.filename} />}
              <Overlay {...asset} colours={colours} />
            </div>
          </div>
          <div className={styles.facts}>
            <span>
              {asset.width} × {asset.height}
            </span>
            {tally(asset.shapes).map(({ id, name, many }) => (
              <span key={id} className={styles.label}>
                <i style={{ background: colours.get(id) }} />
                {name} {many > 1 && many}
              </span>
            ))}
            <span className={styles.steps}>
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

/** The width at which the picture is as high as the dialog lets it be. */
const fit = ({ width, height }: Asset): string => `calc(70vh * ${(width || 4) / (height || 3)})`;

function tally(shapes: readonly Shape[]): { id: string; name: string; many: number }[] {
  const found = new Map<string, { id: string; name: string; many: number }>();
  for (const { label } of shapes) {
    const known = found.get(label.id) ?? { ...label, many: 0 };
    found.set(label.id, { ...known, many: known.many + 1 });
  }
  return [...found.values()];
}
