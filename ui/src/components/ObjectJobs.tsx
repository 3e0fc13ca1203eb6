import { useQuery } from "@tanstack/react-query";
import { History } from "lucide-react";
import { jobsOfQuery } from "../api/jobs";
import { JobRows } from "../jobs/list/JobRows";
import { Loaded } from "./Loaded";
import { State } from "./State";

/** Every job that touched one object, newest first. */
export function ObjectJobs({ noun, id }: { noun: "versions" | "experiments"; id: string }) {
  const query = useQuery(jobsOfQuery(noun, id));
  return (
    <Loaded query={query} small>
      {(page) =>
        page.items.length > 0 ? (
          <JobRows label="Jobs" rows={page.items} ofOneObject />
        ) : (
          <State icon={History} title="No job has touched this yet" small>
            Imports, forks, processings and trainings will be listed here.
          </State>
        )
      }
    </Loaded>
  );
}
