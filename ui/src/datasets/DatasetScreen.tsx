import { Button, NativeSelect } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { GitFork, Lock, Plus } from "lucide-react";
import { useState } from "react";
import { datasetQuery, useCreateVersion } from "../api/datasets";
import { useMay } from "../api/session";
import type { DatasetType, Version } from "../api/types";
import { Removed } from "../changes/Removed";
import { Loaded } from "../components/Loaded";
import { Naming } from "../components/Naming";
import { count } from "../components/numbers";
import { useOpen } from "../components/open";
import { type Column, Named, Rows } from "../components/Rows";
import { Screen } from "../components/Screen";
import { State } from "../components/State";
import { Ago } from "../components/Ago";
import { Trail } from "../components/Trail";
import { DATASET_TYPES, typeWord } from "./types";

const COLUMNS: Column<Version>[] = [
  {
    title: "Version",
    cell: (row) => (
      <Named
        name={row.name}
        path={`/dataset/${row.dataset.id}/version/${row.id}/assets`}
        under={<Origin version={row} />}
      />
    ),
  },
  { title: "Type", cell: (row) => typeWord(row.type) },
  { title: "Pictures", number: true, cell: (row) => count(row.asset_count) },
  { title: "Created", cell: (row) => <Ago at={row.created_at} /> },
  { title: "By", cell: (row) => row.created_by?.name },
];

function Origin({ version }: { version: Version }) {
  return (
    <>
      {version.locked && (
        <span>
          <Lock size={11} aria-hidden="true" /> locked by {version.locked.by.name}{" "}
        </span>
      )}
      {version.forked_from && (
        <span>
          <GitFork size={11} aria-hidden="true" /> fork of {version.forked_from.dataset.name} / {version.forked_from.name}
        </span>
      )}
    </>
  );
}

/** The versions of one dataset. */
export function DatasetScreen() {
  const { dataset = "" } = useParams({ strict: false });
  const query = useQuery(datasetQuery(dataset));
  const mayWrite = useMay("member");
  const [opened, { open, close }] = useDisclosure(false);
  const [type, setType] = useState<DatasetType>("OBJECT_DETECTION");
  const create = useCreateVersion(dataset);
  const openPath = useOpen();
  const button = mayWrite && (
    <Button variant="filled" leftSection={<Plus size={15} aria-hidden="true" />} onClick={open}>
      New version
    </Button>
  );
  return (
    <Screen
      title={query.data?.name ?? ""}
      trail={<Trail steps={[{ name: "Datasets", path: "/datasets" }]} />}
      actions={button}
    >
      <Loaded query={query}>
        {({ versions }) =>
          versions.length > 0 ? (
            <Rows label="Versions" rows={versions} columns={COLUMNS} />
          ) : (
            <State icon={GitFork} title="No version yet" action={button}>
              A version is one content of the dataset: its pictures, annotations and labels.
            </State>
          )
        }
      </Loaded>
      <Removed dataset={dataset} />
      <Naming
        title="New version"
        action="Create"
        opened={opened}
        close={close}
        busy={create.isPending}
        error={create.error}
        submit={(name) =>
          create.mutate(
            { name, type },
            { onSuccess: (made) => openPath(`/dataset/${dataset}/version/${made.id}/assets`) },
          )
        }
      >
        <NativeSelect
          label="Type"
          data={DATASET_TYPES.map((value) => ({ value, label: typeWord(value) }))}
          value={type}
          onChange={(event) => setType(event.currentTarget.value as DatasetType)}
        />
      </Naming>
    </Screen>
  );
}
