import { Link } from "@tanstack/react-router";
import type { Run } from "../../api/types";
import { type JobTab } from "./tabNames";
import styles from "./Tabs.module.css";

const NAME: Record<JobTab, string> = { log: "Log", what: "What ran", timeline: "Timeline", result: "Result" };

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
          aria-current={each === tab ? "page" : undefined}
          activeProps={{}}
        >
          {NAME[each]}
        </Link>
      ))}
    </nav>
  );
}
