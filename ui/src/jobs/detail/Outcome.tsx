import { ArrowUpRight, Download } from "lucide-react";
import { link } from "../../api/client";
import type { Job, Run } from "../../api/types";
import { bytes } from "../../components/numbers";
import { OrgLink } from "../../components/OrgLink";
import styles from "./Outcome.module.css";

/** What a run made: objects to open, files to take along. */
export function Outcome({ job, run }: { job: Job; run: Run }) {
  const { outputs = [], downloads = [] } = run.result ?? {};
  if (!outputs.length && !downloads.length) return null;
  return (
    <ul className={styles.list}>
      {outputs.map(({ id, name, path }) => (
        <li key={id}>
          <OrgLink path={path} className={styles.item}>
            <ArrowUpRight size={14} aria-hidden="true" />
            <span className={styles.name}>{name}</span>
          </OrgLink>
        </li>
      ))}
      {downloads.map(({ name, size }) => (
        <li key={name}>
          <a className={styles.item} href={link(`/jobs/${job.id}/downloads/${encodeURIComponent(name)}`)} download>
            <Download size={14} aria-hidden="true" />
            <span className={styles.name}>{name}</span>
            {size !== null && <span className={styles.size}>{bytes(size)}</span>}
          </a>
        </li>
      ))}
    </ul>
  );
}
