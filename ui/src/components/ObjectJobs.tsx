import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { jobsOfQuery } from "../api/jobs";
import type { JobRow } from "../api/types";
import { Loaded } from "./Loaded";
import { Person } from "./Person";
import { type Column, Named, Rows } from "./Rows";
import { State } from "./State";
import { isLive } from "./status";
import { Status } from "./StatusMark";
import { Ago, Took } from "./Ago";

const COLUMNS: Column<JobRow>[] = [
  { title: "Status", cell: (job) => <Status status={job.status} stopping={job.stop_requested_at !== null} /> },
  {
    title: "Name",
    cell: (job) => (
      <Named name={job.name} path={`/jobs/${job.id}`} under={job.failure?.message ?? job.waiting ?? job.summary} />
    ),
  },
  { title: "Started by", cell: (job) => <Person user={job.triggered_by} /> },
  { title: "Triggered", cell: (job) => <Ago at={job.triggered_at} /> },
  {
    title: "Duration",
    cell: (job) => <Took from={job.started_at} to={job.finished_at} live={isLive(job.status)} />,
  },
];

/** Every job that touched one object, newest first. */
export function ObjectJobs({ noun, id }: { noun: "versions" | "experiments"; id: string }) {
  const query = useQuery(jobsOfQuery(noun, id));
  return (
    <Loaded query={query} small>
      {(page) =>
        page.items.length > 0 ? (
          <Rows label="Jobs" rows={page.items} columns={COLUMNS} />
        ) : (
          <State icon={History} title="No job has touched this yet" small>
            Imports, forks, processings and trainings will be listed here.
          </State>
        )
      }
    </Loaded>
  );
}
