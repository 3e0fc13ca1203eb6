import { type ChangeEvent, useEffect, useRef } from "react";
import styles from "./Tick.module.css";

interface Props {
  label: string;
  checked: boolean;
  /** Some of what it stands for. */
  partly?: boolean;
  /** `range`: with Shift held. */
  change: (range: boolean) => void;
}

/** A box before a row, or before all of them; a larger place than what one sees takes the click. */
export function Tick({ label, checked, partly = false, change }: Props) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = partly;
  }, [partly]);
  return (
    // Shift and a click would mark text, too
    <label className={styles.place} onMouseDown={(event) => event.shiftKey && event.preventDefault()}>
      <input ref={box} type="checkbox" className={styles.box} aria-label={label} checked={checked} onChange={(event) => change(withShift(event))} />
    </label>
  );
}

const withShift = ({ nativeEvent }: ChangeEvent): boolean => nativeEvent instanceof MouseEvent && nativeEvent.shiftKey;
