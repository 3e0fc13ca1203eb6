import { Popover } from "@mantine/core";
import { ChevronDown, Terminal } from "lucide-react";
import type { Job } from "../../api/types";
import { Code } from "./Code";
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
        <Code title="Terminal" text={`safelight logs ${short} -f\nsafelight wait ${short}`} />
        <Code title="Python" text={python} />
      </Popover.Dropdown>
    </Popover>
  );
}
