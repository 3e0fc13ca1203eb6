import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { FlaskConical, Plus } from "lucide-react";
import { projectsQuery, useCreateProject } from "../api/projects";
import { useMay } from "../api/session";
import type { ProjectRow } from "../api/types";
import { Loaded } from "../components/Loaded";
import { Naming } from "../components/Naming";
import { count, plural } from "../components/numbers";
import { useOpen } from "../components/open";
import { type Column, Named, Rows } from "../components/Rows";
import { Screen } from "../components/Screen";
import { State } from "../components/State";
import { Ago } from "../components/Ago";

const COLUMNS: Column<ProjectRow>[] = [
  { title: "Name", cell: (row) => <Named name={row.name} path={`/project/${row.id}`} under={row.description} /> },
  { title: "Experiments", number: true, cell: (row) => count(row.experiments) },
  { title: "Created", cell: (row) => <Ago at={row.created_at} /> },
];

/** Every project of the organization. */
export function ProjectsScreen() {
  const query = useQuery(projectsQuery);
  const mayWrite = useMay("member");
  const [opened, { open, close }] = useDisclosure(false);
  const create = useCreateProject();
  const openPath = useOpen();
  const button = mayWrite && (
    <Button variant="filled" leftSection={<Plus size={15} aria-hidden="true" />} onClick={open}>
      New project
    </Button>
  );
  return (
    <Screen
      title="Projects"
      note={query.data && <span>{plural(query.data.items.length, "project")}</span>}
      actions={button}
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <Rows label="Projects" rows={items} columns={COLUMNS} />
          ) : (
            <State icon={FlaskConical} title="No project yet" action={button}>
              A project frames trainings: each experiment in it is one training with its parameters, metrics and files.
            </State>
          )
        }
      </Loaded>
      <Naming
        title="New project"
        action="Create"
        opened={opened}
        close={close}
        busy={create.isPending}
        error={create.error}
        submit={(name) => create.mutate({ name }, { onSuccess: (made) => openPath(`/project/${made.id}`) })}
      />
    </Screen>
  );
}
