import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { countsQuery, type JobFilters } from "../../api/jobs";
import { counted } from "./counted";
import { JOB_TYPES, TYPE_NAME } from "./filters";
import styles from "./TypeTabs.module.css";

const EXACTLY = { exact: true, includeSearch: true, explicitUndefined: true };

/** All, or one of the three types, each with how many there are. */
export function TypeTabs({ filters }: { filters: JobFilters }) {
  const { data } = useQuery(countsQuery({ ...filters, type: undefined }));
  return (
    <nav aria-label="Type of job" className={styles.tabs}>
      {[undefined, ...JOB_TYPES].map((type) => (
        <Link
          key={type ?? "ALL"}
          to="/$org/jobs"
          from="/$org/jobs"
          search={{ ...filters, type }}
          replace
          className={styles.tab}
          activeOptions={EXACTLY}
          aria-current={filters.type === type ? "page" : undefined}
        >
          {type ? TYPE_NAME[type] : "All"} <span className={styles.count}>{data ? counted(data, type) : ""}</span>
        </Link>
      ))}
    </nav>
  );
}
