import { useQuery } from "@tanstack/react-query";
import { formQuery } from "../../api/jobs";
import type { Job, Run } from "../../api/types";
import { Code } from "./Code";
import { again, anew, type Commands } from "./commands";
import panel from "./Panel.module.css";
import styles from "./LaunchIt.module.css";

/** The same from elsewhere: by a command, in Python, over REST. */
export function LaunchIt({ job, run }: { job: Job; run: Run }) {
  const { data: form } = useQuery(formQuery(run.id));
  const { origin } = window.location;
  const fresh = form ? anew(job, run, form.secrets, origin) : null;
  return (
    <section className={styles.launch}>
      <h2 className={panel.title}>Launch it from elsewhere</h2>
      {fresh && <Ways title="As a new job" commands={fresh} />}
      <Ways title={`As the next run of this job, like run ${run.number}`} commands={again(job, run, origin)} />
    </section>
  );
}

function Ways({ title, commands }: { title: string; commands: Commands }) {
  return (
    <details className={styles.ways}>
      <summary>{title}</summary>
      <Code title="Terminal" text={commands.terminal} />
      <Code title="Python" text={commands.python} />
      <Code title="REST" text={commands.rest} />
    </details>
  );
}
