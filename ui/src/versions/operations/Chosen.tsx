import type { JsonObject, VersionDetail } from "../../api/types";
import { plural } from "../../components/numbers";
import styles from "../Dialog.module.css";

/** Pictures that were chosen before; no narrowing at all means every picture of the version. */
export interface Chosen {
  count: number;
  pictures: JsonObject;
}

export const isEverything = ({ pictures }: Chosen): boolean => Object.keys(pictures).length === 0;

/** Says how many pictures a dialog is about. */
export function ChosenPictures({ chosen, version }: { chosen: Chosen; version: VersionDetail }) {
  return (
    <p className={styles.chosen}>
      {isEverything(chosen) ? "All" : "The selected"} {plural(chosen.count, "picture")} of {version.dataset.name}/{version.name}
    </p>
  );
}
