import { useRef, useState } from "react";
import type { SavedView } from "../../api/types";
import { Screen } from "../../components/Screen";
import { Bones } from "../../components/Skeleton";
import { Failed } from "../../components/State";
import { BulkBar } from "./bulk/BulkBar";
import { BulkDialogs } from "./bulk/BulkDialogs";
import { useManyJobs } from "./bulk/useManyJobs";
import { ColumnsButton } from "./ColumnsButton";
import { CsvButton } from "./CsvButton";
import { Footer } from "./Footer";
import { JobRows } from "./JobRows";
import styles from "./Listing.module.css";
import { LiveSwitch } from "./LiveSwitch";
import { NewJob } from "./NewJob";
import { NoJobs } from "./NoJobs";
import { JobSearch } from "./JobSearch";
import { StatusFilter } from "./StatusFilter";
import { TypeTabs } from "./TypeTabs";
import { useFound } from "./useFound";
import { useJobs } from "./useJobs";
import { useListKeys } from "./useListKeys";
import { useShown } from "./views/useShown";
import type { ListSearch } from "./views/view";
import { ViewBar } from "./views/ViewBar";
import { ViewsMenu } from "./views/ViewsMenu";
import { Waiting } from "./Waiting";

/** The jobs that an address finds, newest first, changing while one looks. */
export function Listing({ search, view }: { search: ListSearch; view: SavedView | null }) {
  const shown = useShown(search, view);
  const { filters, look, change } = shown;
  const [paused, setPaused] = useState(false);
  const [filtering, setFiltering] = useState(false);
  const top = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { query, rows, news, update } = useJobs(filters, paused, top);
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
      <ColumnsButton look={look} change={shown.changeLook} />
      <CsvButton filters={filters} found={found.text} />
      <NewJob />
    </>
  );
  return (
    <Screen title="Jobs" note={<LiveSwitch paused={paused} toggle={() => setPaused(!paused)} />} actions={actions}>
      <div className={styles.filters} ref={top}>
        <TypeTabs filters={filters} addressOf={shown.addressOf} />
        <JobSearch filters={filters} change={change} />
        <StatusFilter filters={filters} change={change} open={filtering} setOpen={setFiltering} />
        <ViewsMenu shown={shown} />
      </div>
      {view && <ViewBar shown={shown} view={view} />}
      <Waiting news={news} paused={paused} update={update} top={top} />
      {query.isPending ? (
        <Bones rows={9} label="Loading jobs" />
      ) : query.isError && !rows.length ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <NoJobs filters={filters} showAll={() => shown.open(null)} />
      ) : (
        <div
          ref={list}
          data-stale={query.isPlaceholderData || undefined}
          data-selecting={chosen?.selection.jobs.size || chosen?.selection.all || undefined}
          className={styles.list}
        >
          <JobRows rows={rows} {...look} chosen={chosen} />
          <Footer shown={rows.length} found={found.text} query={query} />
          {many && <BulkBar many={many} filters={filters} more={query.hasNextPage} />}
        </div>
      )}
      {many && <BulkDialogs many={many} />}
    </Screen>
  );
}
