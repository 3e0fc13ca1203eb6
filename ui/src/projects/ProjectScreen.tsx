import { Button, NativeSelect } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ChartSpline, Plus } from "lucide-react";
import { useState } from "react";
import { projectQuery, trainingsQuery, useCreateExperiment } from "../api/projects";
import { useMay } from "../api/session";
import type { ExperimentRow } from "../api/types";
import { Loaded } from "../components/Loaded";
import { Naming } from "../components/Naming";
import { useOpen } from "../components/open";
import { type Column, Named, Rows } from "../components/Rows";
import { Screen } from "../components/Screen";
import { State } from "../components/State";
import { Ago } from "../components/Ago";
import { Trail } from "../components/Trail";
import { ExperimentStatus } from "../experiments/ExperimentStatus";

const columns = (project: string): Column<ExperimentRow>[] => [
  { title: "Status", cell: (row) => <ExperimentStatus status={row.status} /> },
  { title: "Name", cell: (row) => <Named name={row.name} path={`/project/${project}/experiment/${row.id}`} /> },
  { title: "Created", cell: (row) => <Ago at={row.created_at} /> },
];

/** The experiments of one project. */
export function ProjectScreen() {
  const { project = "" } = useParams({ strict: false });
  const query = useQuery(projectQuery(project));
  const mayWrite = useMay("member");
  const [opened, { open, close }] = useDisclosure(false);
  const button = mayWrite && (
    <Button variant="filled" leftSection={<Plus size={15} aria-hidden="true" />} onClick={open}>
      New experiment
    </Button>
  );
  return (
    <Screen
      title={query.data?.name ?? ""}
      trail={<Trail steps={[{ name: "Projects", path: "/projects" }]} />}
      actions={button}
    >
      <Loaded query={query}>
        {({ experiments }) =>
          experiments.length > 0 ? (
            <Rows label="Experiments" rows={experiments} columns={columns(project)} />
          ) : (
            <State icon={ChartSpline} title="No experiment yet" action={button}>
              An experiment is one training: choose a model to start from, set its parameters, launch it.
            </State>
          )
        }
      </Loaded>
      <NewExperiment project={project} opened={opened} close={close} />
    </Screen>
  );
}

function NewExperiment({ project, opened, close }: { project: string; opened: boolean; close: () => void }) {
  const trainings = useQuery({ ...trainingsQuery, enabled: opened });
  const [model, setModel] = useState("");
  const create = useCreateExperiment(project);
  const openPath = useOpen();
  return (
    <Naming
      title="New experiment"
      action="Create"
      opened={opened}
      close={close}
      busy={create.isPending}
      error={create.error}
      submit={(name) =>
        create.mutate(
          { name, ...(model && { model_version_id: model }) },
          { onSuccess: (made) => openPath(`/project/${project}/experiment/${made.id}`) },
        )
      }
    >
      <NativeSelect
        label="Training"
        description="The model version whose script the experiment will run"
        value={model}
        onChange={(event) => setModel(event.currentTarget.value)}
        data={[
          { value: "", label: "None: only record what runs elsewhere" },
          ...(trainings.data?.items ?? []).map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
    </Naming>
  );
}
