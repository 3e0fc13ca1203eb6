import styles from "./Bar.module.css";

interface Props {
  /** 0 to 1, or null while the total is unknown. */
  fraction: number | null;
  label: string;
  live?: boolean;
}

export function Bar({ fraction, label, live = true }: Props) {
  const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 1000) / 10;
  return (
    <span
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent !== null && { "aria-valuenow": Math.round(percent) })}
      data-live={live || undefined}
      data-unknown={percent === null || undefined}
    >
      <span className={styles.fill} style={percent === null ? undefined : { width: `${percent}%` }} />
    </span>
  );
}
