import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { jobsOfQuery } from "../api/jobs";
import { USUAL_COLUMNS } from "../jobs/list/columns";
import { JobRows } from "../jobs/list/JobRows";
import { Loaded } from "./Loaded";
import { State } from "./State";

const COLUMNS = USUAL_COLUMNS.filter((name) => name !== "object"); // it is the page's own

/** Every job that touched one object, newest first. */
export function ObjectJobs({ noun, id }: { noun: "versions" | "experiments"; id: string }) {
  const query = useQuery(jobsOfQuery(noun, id));
  return (
    <Loaded query={query} small>
      {(page) =>
        page.items.length > 0 ? (
          <JobRows label="Jobs" rows={page.items} columns={COLUMNS} />
        ) : (
          <State icon={History} title="No job has touched this yet" small>
            Imports, forks, processings and trainings will be listed here.
          </State>
        )
      }
    </Loaded>
  );
}
