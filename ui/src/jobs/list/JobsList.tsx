import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useRef, useState } from "react";
import type { JobFilters } from "../../api/jobs";
import { Screen } from "../../components/Screen";
import { Bones } from "../../components/Skeleton";
import { Failed } from "../../components/State";
import { BulkBar } from "./bulk/BulkBar";
import { BulkDialogs } from "./bulk/BulkDialogs";
import { useManyJobs } from "./bulk/useManyJobs";
import { CsvButton } from "./CsvButton";
import { Footer } from "./Footer";
import { JobRows } from "./JobRows";
import styles from "./JobsList.module.css";
import { LiveSwitch } from "./LiveSwitch";
import { NewJob } from "./NewJob";
import { NoJobs } from "./NoJobs";
import { SearchBox } from "./SearchBox";
import { StatusFilter } from "./StatusFilter";
import { TypeTabs } from "./TypeTabs";
import { useFound } from "./useFound";
import { useJobs } from "./useJobs";
import { useListKeys } from "./useListKeys";
import { Waiting } from "./Waiting";

/** Every job of the organization, newest first, changing while one looks. */
export function JobsList() {
  const filters = useSearch({ from: "/$org/jobs" });
  const navigate = useNavigate({ from: "/$org/jobs" });
  const change = useCallback((search: JobFilters) => void navigate({ search, replace: true }), [navigate]);
  const [paused, setPaused] = useState(false);
  const [filtering, setFiltering] = useState(false);
  const top = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { query, rows, waiting, letIn } = useJobs(filters, paused, top);
  const found = useFound(filters);
  const many = useManyJobs(filters, rows, found);
  const { chosen } = many ?? {};
  const filter = () => {
    top.current?.scrollIntoView({ block: "nearest" }); // a menu hides while its button is out of sight
    setFiltering(true);
  };
  useListKeys(list, { filter, pick: chosen?.pick, clear: chosen?.clear, rerun: many?.rerun });

  const actions = (
    <>
      <CsvButton filters={filters} found={found.text} />
      <NewJob />
    </>
  );
  return (
    <Screen title="Jobs" note={<LiveSwitch paused={paused} toggle={() => setPaused(!paused)} />} actions={actions}>
      <div className={styles.filters} ref={top}>
        <TypeTabs filters={filters} />
        <SearchBox filters={filters} change={change} />
        <StatusFilter filters={filters} change={change} open={filtering} setOpen={setFiltering} />
      </div>
      <Waiting rows={waiting} letIn={letIn} top={top} />
      {query.isPending ? (
        <Bones rows={9} label="Loading jobs" />
      ) : query.isError && !rows.length ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <NoJobs filters={filters} change={change} />
      ) : (
        <div ref={list} data-stale={query.isPlaceholderData || undefined} data-selecting={chosen?.selection.jobs.size || chosen?.selection.all || undefined} className={styles.list}>
          <JobRows rows={rows} chosen={chosen} />
          <Footer shown={rows.length} found={found.text} query={query} />
          {many && <BulkBar many={many} filters={filters} more={query.hasNextPage} />}
        </div>
      )}
      {many && <BulkDialogs many={many} />}
    </Screen>
  );
}
