import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Job, Run } from "../../api/types";
import type { JobTab } from "./search";
import styles from "./Tabs.module.css";

const NAME: Record<JobTab, string> = {
  log: "Log",
  usage: "Resources",
  what: "What ran",
  timeline: "Timeline",
  changes: "Changes",
  compare: "Compare",
  result: "Result",
};

const EXACTLY = { exact: true, includeSearch: true, explicitUndefined: true };

export function Tabs({ tab, job, run }: { tab: JobTab; job: Job; run: Run }) {
  const tabs: JobTab[] = ["log", "usage", "what", "timeline", "changes"];
  if (job.job_runs.length > 1) tabs.push("compare");
  if (run.result) tabs.push("result");
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    // on a phone the chosen one may stand outside
    row.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }, [tab]);
  return (
    <nav ref={row} aria-label="About this run" className={styles.tabs}>
      {tabs.map((each) => (
        <Link
          key={each}
          to="."
          search={{ tab: each === "log" ? undefined : each }}
          replace
          className={styles.tab}
          activeOptions={EXACTLY}
          aria-current={each === tab ? "page" : undefined}
        >
          {NAME[each]}
        </Link>
      ))}
    </nav>
  );
}
