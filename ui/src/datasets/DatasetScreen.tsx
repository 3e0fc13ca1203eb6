import { Button, NativeSelect } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { CornerDownRight, GitFork, Lock, Plus } from "lucide-react";
import { type CSSProperties, useState } from "react";
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
import styles from "./Family.module.css";
import { family, type Member } from "./family";
import { Origins } from "./Origins";
import { DATASET_TYPES, typeWord } from "./types";

type Row = Member & { id: string };

const COLUMNS: Column<Row>[] = [
  { title: "Version", cell: (row) => <Relative {...row} /> },
  { title: "Type", cell: ({ version }) => typeWord(version.type) },
  { title: "Pictures", number: true, cell: ({ version }) => count(version.asset_count) },
  { title: "Created", cell: ({ version }) => <Ago at={version.created_at} /> },
  { title: "By", cell: ({ version }) => version.created_by?.name },
];

const rows = (versions: readonly Version[]): Row[] =>
  family(versions).map((member) => ({ ...member, id: member.version.id }));

/** A version at its place in the family. */
function Relative({ version, depth }: Member) {
  return (
    <div className={styles.member} style={{ "--depth": Math.max(0, depth - 1) } as CSSProperties}>
      {depth > 0 && <CornerDownRight size={15} aria-hidden="true" />}
      <div>
        <Named
          name={version.name}
          path={`/dataset/${version.dataset.id}/version/${version.id}/assets`}
          under={<About version={version} />}
        />
      </div>
    </div>
  );
}

function About({ version }: { version: Version }) {
  return (
    <div className={styles.about}>
      {version.locked && (
        <span>
          <Lock size={11} aria-hidden="true" /> locked by {version.locked.by.name}
        </span>
      )}
      <Origins version={version} />
    </div>
  );
}

/** The versions of one dataset, as a family, each with where its content came from. */
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
            <Rows label="Versions" rows={rows(versions)} columns={COLUMNS} />
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
