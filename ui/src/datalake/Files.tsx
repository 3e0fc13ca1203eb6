import { useMemo } from "react";
import { filesSource } from "../api/datalakes";
import type { DataFile } from "../api/types";
import { Grid, type TileProps } from "../components/grid/Grid";
import styles from "../components/grid/Grid.module.css";
import { PickTile, WaitingTile } from "../components/grid/PickTile";
import { Picture } from "../components/grid/Picture";
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

function Tile({ item: file, open, ...rest }: FileProps) {
  if (!file) return <WaitingTile {...rest} />;
  return (
    <PickTile
      {...rest}
      id={file.id}
      name={file.filename}
      says={file.thumbnail ? "" : ", not uploaded"}
      open={() => open(file.id)}
    >
      <Picture url={file.thumbnail} none="not uploaded" missing={styles.missing} />
    </PickTile>
  );
}
