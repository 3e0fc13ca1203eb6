import styles from "./Skeleton.module.css";

/** A quiet bar where words will be. */
export function Bone({ width = "100%", height = 12 }: { width?: number | string; height?: number }) {
  return <span className={styles.bone} style={{ width, height }} />;
}

/** Rows that are on their way. */
export function Bones({ rows = 6, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div className={styles.rows} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row}>
          <Bone width={76} />
          <span className={styles.two}>
            <Bone width={`${60 - ((row * 17) % 30)}%`} height={13} />
            <Bone width={`${40 - ((row * 11) % 20)}%`} height={10} />
          </span>
          <Bone width={90} />
          <Bone width={120} />
        </div>
      ))}
    </div>
  );
}
