import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Images, Plus } from "lucide-react";
import { datasetsQuery, useCreateDataset } from "../api/datasets";
import { useMay } from "../api/session";
import type { DatasetRow } from "../api/types";
import { Loaded } from "../components/Loaded";
import { Naming } from "../components/Naming";
import { count, plural } from "../components/numbers";
import { useOpen } from "../components/open";
import { OrgLink } from "../components/OrgLink";
import { type Column, Named, Rows } from "../components/Rows";
import { Screen } from "../components/Screen";
import { State } from "../components/State";
import { Ago } from "../components/Ago";
import { typeWord } from "./types";

const COLUMNS: Column<DatasetRow>[] = [
  {
    title: "Name",
    cell: (row) => <Named name={row.name} path={`/dataset/${row.id}`} under={row.description} />,
  },
  {
    title: "Newest version",
    cell: (row) =>
      row.latest_version && (
        <OrgLink path={`/dataset/${row.id}/version/${row.latest_version.id}/assets`}>
          {row.latest_version.name}
        </OrgLink>
      ),
  },
  { title: "Type", cell: (row) => row.latest_version && typeWord(row.latest_version.type) },
  { title: "Pictures", number: true, cell: (row) => row.latest_version && count(row.latest_version.asset_count) },
  { title: "Versions", number: true, cell: (row) => count(row.versions) },
  { title: "Created", cell: (row) => <Ago at={row.created_at} /> },
];

/** Every dataset of the organization. */
export function DatasetsScreen() {
  const query = useQuery(datasetsQuery);
  const mayWrite = useMay("member");
  const [opened, { open, close }] = useDisclosure(false);
  const create = useCreateDataset();
  const openPath = useOpen();
  const button = mayWrite && (
    <Button variant="filled" leftSection={<Plus size={15} aria-hidden="true" />} onClick={open}>
      New dataset
    </Button>
  );
  return (
    <Screen
      title="Datasets"
      note={query.data && <span>{plural(query.data.items.length, "dataset")}</span>}
      actions={button}
    >
      <Loaded query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <Rows label="Datasets" rows={items} columns={COLUMNS} />
          ) : (
            <State icon={Images} title="No dataset yet" action={button}>
              A dataset holds versions of annotated pictures. Make one here, or let a script do it.
            </State>
          )
        }
      </Loaded>
      <Naming
        title="New dataset"
        action="Create"
        opened={opened}
        close={close}
        busy={create.isPending}
        error={create.error}
        submit={(name) => create.mutate({ name }, { onSuccess: (made) => openPath(`/dataset/${made.id}`) })}
      />
    </Screen>
  );
}
