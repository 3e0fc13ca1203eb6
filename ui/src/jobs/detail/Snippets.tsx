import { Popover } from "@mantine/core";
import { ChevronDown, Terminal } from "lucide-react";
import type { Job } from "../../api/types";
import { Copy } from "../../components/Copy";
import styles from "./Snippets.module.css";

/** How to reach this job from a terminal and from Python, ready to paste. */
export function Snippets({ job }: { job: Job }) {
  const short = job.id.slice(-8);
  const python = [
    "import safelight",
    `client = safelight.Client("${window.location.origin}")`,
    `job = client.jobs.get("${job.id}")`,
    "job.wait()",
    "print(job.status)",
  ].join("\n");
  return (
    <Popover position="bottom-start" width={430} withinPortal trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={styles.open}>
          <Terminal size={14} aria-hidden="true" /> CLI and SDK <ChevronDown size={13} aria-hidden="true" />
        </button>
      </Popover.Target>
      <Popover.Dropdown className={styles.box} aria-label="From a terminal and from Python">
        <Snippet title="Terminal" text={`safelight logs ${short} -f\nsafelight wait ${short}`} />
        <Snippet title="Python" text={python} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Snippet({ title, text }: { title: string; text: string }) {
  return (
    <div className={styles.snippet}>
      <div className={styles.title}>
        {title} <Copy text={text} what={`the ${title} lines`} />
      </div>
      <pre className={styles.code} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
