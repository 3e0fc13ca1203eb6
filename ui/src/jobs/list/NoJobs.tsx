import { Button } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { Lamp, SearchX } from "lucide-react";
import type { JobFilters } from "../../api/jobs";
import { State } from "../../components/State";
import { isFiltered } from "./filters";

export function NoJobs({ filters, showAll }: { filters: JobFilters; showAll: () => void }) {
  const { org = "" } = useParams({ strict: false });
  if (isFiltered(filters)) {
    return (
      <State icon={SearchX} title="No job fits" action={<Button onClick={showAll}>Show all jobs</Button>}>
        Nothing matches these filters together.
      </State>
    );
  }
  return (
    <State
      icon={Lamp}
      title="The darkroom is quiet"
      action={
        <Button component={Link} to={`/${org}/datasets`} variant="filled">
          Open the datasets
        </Button>
      }
    >
      Imports, forks, processings and trainings appear here while they develop. Start with a dataset: import annotations into one of its versions.
    </State>
  );
}
