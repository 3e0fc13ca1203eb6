import styles from "./Brand.module.css";

/** The lamp and the name. */
export function Brand({ big = false }: { big?: boolean }) {
  return (
    <span className={styles.brand} data-big={big || undefined}>
      <span className={styles.lamp} aria-hidden="true" />
      Safelight
    </span>
  );
}
