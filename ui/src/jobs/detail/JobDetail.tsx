import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { jobQuery } from "../../api/jobs";
import type { Job, Run } from "../../api/types";
import { useTitle } from "../../components/Screen";
import { Failed, State } from "../../components/State";
import { isLive } from "../../components/status";
import { MapPinOff } from "lucide-react";
import { LogViewer } from "../log/LogViewer";
import { FailureBanner } from "./FailureBanner";
import { Header } from "./Header";
import styles from "./JobDetail.module.css";
import { Loading } from "./Loading";
import { Result } from "./Result";
import { RunsList } from "./RunsList";
import { Side } from "./Side";
import { Tabs } from "./Tabs";
import { Timeline } from "./Timeline";
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
  if (query.isPending) return <Loading />;
  if (query.isError) return <Failed page error={query.error} retry={() => void query.refetch()} />;
  const chosen = run ? query.data.job_runs.find(({ id }) => id === run) : query.data.job_runs[0];
  if (!chosen) {
    return (
      <State page icon={MapPinOff} title="This job has no such run">
        It may belong to another job.
      </State>
    );
  }
  return <OneRun job={query.data} run={chosen} />;
}

function OneRun({ job, run }: { job: Job; run: Run }) {
  const { tab = "log" } = useSearch({ from: "/$org/jobs/$job" });
  return (
    <div className={styles.page}>
      <Header job={job} run={run} />
      <div className={styles.body}>
        <RunsList job={job} chosen={run} />
        <div className={styles.center}>
          <Tabs tab={tab} run={run} />
          {run.failure && <FailureBanner run={run} failure={run.failure} />}
          {tab === "log" && <LogViewer key={run.id} run={run} />}
          {tab === "what" && <WhatRan job={job} run={run} />}
          {tab === "timeline" && <Timeline run={run} />}
          {tab === "result" && <Result job={job} run={run} />}
        </div>
        <Side job={job} run={run} />
      </div>
    </div>
  );
}
