import { Tooltip } from "@mantine/core";
import { Pause, Play } from "lucide-react";
import { useIsLive } from "../../shell/live";
import styles from "./LiveSwitch.module.css";

/** Says whether the list follows what happens, and holds it still on request. */
export function LiveSwitch({ paused, toggle }: { paused: boolean; toggle: () => void }) {
  const live = useIsLive();
  const word = paused ? "paused" : live ? "live" : "connecting";
  const hint = paused ? "Let changes in again" : "Hold the list still";
  return (
    <Tooltip label={hint}>
      <button type="button" className={styles.switch} data-word={word} aria-pressed={paused} onClick={toggle} aria-label={`${word}. ${hint}`}>
        <span className={styles.dot} aria-hidden="true" />
        {word}
        {paused ? <Play size={12} aria-hidden="true" /> : <Pause size={12} aria-hidden="true" />}
      </button>
    </Tooltip>
  );
}
