import { Link } from "@tanstack/react-router";
import type { Run } from "../../api/types";
import { type JobTab } from "./tabNames";
import styles from "./Tabs.module.css";

const NAME: Record<JobTab, string> = { log: "Log", what: "What ran", timeline: "Timeline", result: "Result" };

const EXACTLY = { exact: true, includeSearch: true, explicitUndefined: true };

export function Tabs({ tab, run }: { tab: JobTab; run: Run }) {
  const tabs: JobTab[] = run.result ? ["log", "what", "timeline", "result"] : ["log", "what", "timeline"];
  return (
    <nav aria-label="About this run" className={styles.tabs}>
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
