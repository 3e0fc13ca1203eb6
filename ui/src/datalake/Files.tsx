import { Check, ImageOff } from "lucide-react";
import { type MouseEvent, useMemo } from "react";
import { filesSource } from "../api/datalakes";
import type { DataFile } from "../api/types";
import { Grid, type TileProps } from "../components/grid/Grid";
import styles from "../components/grid/Grid.module.css";
import type { Index } from "../components/grid/places";
import type { Picking } from "../components/grid/usePicking";

interface Props {
  datalake: string;
  q: string;
  index: Index;
  picking: Picking;
  open: (data: string) => void;
}

const NARROWEST = 176;
const TALL = 188;

/** The files of a datalake that a search finds. */
export function Files({ datalake, q, index, picking, open }: Props) {
  const source = useMemo(() => filesSource(datalake, q), [datalake, q]);
  return (
    <Grid
      label="Files"
      index={index}
      narrowest={NARROWEST}
      tall={TALL}
      source={source}
      tile={(props) => <Tile key={props.place} {...props} picking={picking} open={open} />}
    />
  );
}

interface FileProps extends TileProps<DataFile> {
  picking: Picking;
  open: (data: string) => void;
}

function Tile({ place, total, item: file, picking, idsBetween, open }: FileProps) {
  if (!file) return <li className={styles.tile} data-waiting aria-setsize={total} aria-posinset={place + 1} />;
  const picked = picking.isPicked(file.id);
  const press = (event: MouseEvent) => {
    if (event.shiftKey) picking.extend(place, idsBetween);
    else if (event.ctrlKey || event.metaKey || picking.any) picking.toggle(place, file.id);
    else open(file.id);
  };
  return (
    <li className={styles.tile} data-picked={picked || undefined} aria-setsize={total} aria-posinset={place + 1}>
      <button
        type="button"
        className={styles.frame}
        data-place={place}
        onClick={press}
        onKeyDown={(event) => {
          if (event.key !== " " && event.key !== "x") return;
          event.preventDefault();
          picking.toggle(place, file.id);
        }}
        aria-label={`${file.filename}${file.thumbnail ? "" : ", not uploaded"}${picked ? ", selected" : ""}`}
      >
        {file.thumbnail ? (
          <img src={file.thumbnail} alt="" decoding="async" />
        ) : (
          <span className={styles.missing}>
            <ImageOff size={18} strokeWidth={1.5} aria-hidden="true" /> not uploaded
          </span>
        )}
      </button>
      <button
        type="button"
        className={styles.check}
        role="checkbox"
        aria-checked={picked}
        aria-label={`Select ${file.filename}`}
        tabIndex={-1}
        onClick={(event) => (event.shiftKey ? picking.extend(place, idsBetween) : picking.toggle(place, file.id))}
      >
        {picked && <Check size={13} strokeWidth={3} aria-hidden="true" />}
      </button>
      <span className={styles.name} title={file.filename}>
        {file.filename}
      </span>
    </li>
  );
}
