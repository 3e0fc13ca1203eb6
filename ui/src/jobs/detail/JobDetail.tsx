import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { jobQuery } from "../../api/jobs";
import type { ReactNode } from "react";
import { ApiError } from "../../api/client";
import type { Job, Run } from "../../api/types";
import { useTitle } from "../../components/Screen";
import { Failed } from "../../components/State";
import { isLive } from "../../components/status";
import { LogViewer } from "../log/LogViewer";
import { Changed } from "./Changed";
import { Compare } from "./compare/Compare";
import { EditRerun } from "./edit/EditRerun";
import { FailureBanner } from "./FailureBanner";
import { Header } from "./Header";
import styles from "./JobDetail.module.css";
import { Loading } from "./Loading";
import { Result } from "./Result";
import { RunsList } from "./RunsList";
import { Side } from "./Side";
import { Tabs } from "./Tabs";
import { NoSuchRun, Removed, Stale } from "./States";
import { Timeline } from "./Timeline";
import { Usage } from "./usage/Usage";
import { WhatRan } from "./WhatRan";

const LOOK_AGAIN_MS = 15_000;

/** One job: what it is, its runs, and everything about the run that one looks at. */
export function JobDetail() {
  const { job = "", run } = useParams({ strict: false });
  const query = useQuery({
    ...jobQuery(job),
    // "no heartbeat since" is no event
    refetchInterval: ({ state }) => (state.data && isLive(state.data.status) ? LOOK_AGAIN_MS : false),
  });
  useTitle(query.data?.name ?? "Job");
  const retry = () => void query.refetch();
  if (query.isPending) return <Loading />;
  if (isGone(query.error) && query.data) return <Removed job={query.data} />;
  if (!query.data) return <Failed page error={query.error} retry={retry} />;
  const chosen = run ? query.data.job_runs.find(({ id }) => id === run) : query.data.job_runs[0];
  if (!chosen) return <NoSuchRun job={query.data} />;
  return (
    <OneRun
      job={query.data}
      run={chosen}
      stale={query.error && <Stale error={query.error} since={query.dataUpdatedAt} retry={retry} busy={query.isFetching} />}
    />
  );
}

const isGone = (error: Error | null): boolean => error instanceof ApiError && error.status === 404;

function OneRun({ job, run, stale }: { job: Job; run: Run; stale: ReactNode }) {
  const { tab = "log" } = useSearch({ from: "/$org/jobs/$job" });
  return (
    <div className={styles.page}>
      {stale}
      <Header job={job} run={run} />
      <div className={styles.body}>
        <RunsList job={job} chosen={run} />
        <div className={styles.center}>
          <Tabs tab={tab} job={job} run={run} />
          {run.failure && <FailureBanner job={job} run={run} failure={run.failure} />}
          {tab === "log" && <LogViewer key={run.id} run={run} />}
          {tab === "usage" && <Usage key={run.id} run={run} />}
          {tab === "what" && <WhatRan job={job} run={run} />}
          {tab === "timeline" && <Timeline run={run} />}
          {tab === "changes" && <Changed key={run.id} run={run} />}
          {tab === "compare" && <Compare job={job} run={run} />}
          {tab === "result" && <Result job={job} run={run} />}
        </div>
        <Side job={job} run={run} tab={tab} />
      </div>
      <EditRerun job={job} run={run} />
    </div>
  );
}
