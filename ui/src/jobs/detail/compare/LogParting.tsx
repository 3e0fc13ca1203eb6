import { Link, useParams } from "@tanstack/react-router";
import type { Comparison, Job } from "../../../api/types";
import { count, plural } from "../../../components/numbers";
import { plain } from "../../log/ansi";
import styles from "./Compare.module.css";

/** The first line of the log that the two runs print otherwise, with the way to it in both. */
export function LogParting({ job, found }: { job: Job; found: Comparison }) {
  const { log } = found;
  return (
    <section className={styles.parting}>
      <h2 className={styles.caption}>First line that differs</h2>
      {log === null ? (
        <p className={styles.equal}>Neither has printed anything.</p>
      ) : !log.before && !log.after ? (
        <p className={styles.equal}>
          {log.whole
            ? `None: ${plural(log.same, "line")} are equal, but for their times.`
            : `None among the first ${plural(log.same, "line")}; what follows was not looked at.`}
        </p>
      ) : (
        <>
          <p className={styles.equal}>
            {log.same ? `In ${log.stream}, after ${plural(log.same, "equal line")}. Times are no difference.` : `In ${log.stream}, at once.`}
          </p>
          <Side job={job} run={found.before} line={log.before} />
          <Side job={job} run={found.after} line={log.after} />
        </>
      )}
    </section>
  );
}

interface SideProps {
  job: Job;
  run: Comparison["before"];
  line: { n: number; text: string } | null;
}

function Side({ job, run, line }: SideProps) {
  const { org = "" } = useParams({ strict: false });
  return (
    <div className={styles.side}>
      {line ? (
        <Link
          to="/$org/jobs/$job/runs/$run"
          params={{ org, job: job.id, run: run.id }}
          search={{}}
          hash={`L${line.n}`}
          hashScrollIntoView={false}
          className={styles.place}
        >
          Run {run.number}, line {count(line.n)}
        </Link>
      ) : (
        <span className={styles.place}>Run {run.number}</span>
      )}
      {line ? <code className={styles.line}>{plain(line.text) || "(an empty line)"}</code> : <span className={styles.equal}>had ended</span>}
    </div>
  );
}
