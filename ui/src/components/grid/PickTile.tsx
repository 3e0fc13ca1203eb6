import { Check } from "lucide-react";
import type { MouseEvent, ReactNode } from "react";
import styles from "./Grid.module.css";
import type { IdsBetween, Picking } from "./usePicking";

interface Props {
  place: number;
  total: number;
  id: string;
  name: string;
  /** Behind the name, for those who cannot see the tile. */
  says: string;
  picking: Picking;
  idsBetween: IdsBetween;
  open: () => void;
  /** What is in the frame, and below the name. */
  children: ReactNode;
  foot?: ReactNode;
}

/** One thing of a grid: a press opens it, or chooses it where some are chosen already. */
export function PickTile({ place, total, id, name, says, picking, idsBetween, open, children, foot }: Props) {
  const picked = picking.isPicked(id);
  const choose = (event: MouseEvent) => (event.shiftKey ? picking.extend(place, idsBetween) : picking.toggle(place, id));
  const press = (event: MouseEvent) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey || picking.any) choose(event);
    else open();
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
          picking.toggle(place, id);
        }}
        aria-label={`${name}${says}${picked ? ", selected" : ""}`}
      >
        {children}
      </button>
      <button
        type="button"
        className={styles.check}
        role="checkbox"
        aria-checked={picked}
        aria-label={`Select ${name}`}
        tabIndex={-1}
        onClick={choose}
      >
        {picked && <Check size={13} strokeWidth={3} aria-hidden="true" />}
      </button>
      <span className={styles.name} title={name}>
        {name}
      </span>
      {foot}
    </li>
  );
}

/** Where something will be that is not here yet. */
export function WaitingTile({ place, total }: { place: number; total: number }) {
  return <li className={styles.tile} data-waiting aria-setsize={total} aria-posinset={place + 1} />;
}
