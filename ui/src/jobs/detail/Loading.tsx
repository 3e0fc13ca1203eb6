import { Bone } from "../../components/Skeleton";
import styles from "./Loading.module.css";

/** The shape of the page while its job is on the way. */
export function Loading() {
  return (
    <div className={styles.loading} role="status" aria-label="Loading the job">
      <Bone width={110} height={11} />
      <Bone width={340} height={24} />
      <Bone width={520} height={12} />
      <div className={styles.lines}>
        {[58, 41, 66, 52, 37, 61, 48].map((width) => (
          <Bone key={width} width={`${width}%`} height={10} />
        ))}
      </div>
    </div>
  );
}
