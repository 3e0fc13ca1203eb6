import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { datalakesQuery } from "../api/datalakes";
import { datasetQuery, datasetsQuery } from "../api/datasets";
import { versionQuery } from "../api/versions";
import styles from "./Processings.module.css";

interface Props {
  kind: string;
  chosen: string;
  choose: (id: string) => void;
}

/** Chooses the object that a processing will work on. */
export function TargetPicker({ kind, chosen, choose }: Props) {
  if (kind === "DATALAKE") return <DatalakePicker chosen={chosen} choose={choose} />;
  return <VersionPicker chosen={chosen} choose={choose} />;
}

function DatalakePicker({ chosen, choose }: Omit<Props, "kind">) {
  const { data } = useQuery(datalakesQuery);
  return (
    <NativeSelect
      label="Datalake"
      required
      value={chosen}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[{ value: "", label: "Choose" }, ...(data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
    />
  );
}

interface VersionProps extends Omit<Props, "kind"> {
  error?: ReactNode;
  required?: boolean;
}

/** A version is found by its dataset; one that is chosen already brings its dataset along. */
export function VersionPicker({ chosen, choose, error, required = true }: VersionProps) {
  const datasets = useQuery(datasetsQuery);
  const known = useQuery({ ...versionQuery(chosen), enabled: chosen !== "" });
  const [picked, setPicked] = useState("");
  const dataset = picked || known.data?.dataset.id || "";
  const versions = useQuery({ ...datasetQuery(dataset), enabled: dataset !== "" });
  return (
    <div className={styles.fields}>
      <NativeSelect
        label="Dataset"
        required={required}
        value={dataset}
        onChange={(event) => {
          setPicked(event.currentTarget.value);
          choose("");
        }}
        data={[
          { value: "", label: required ? "Choose" : "None" },
          ...(datasets.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <NativeSelect
        label="Version"
        required={required}
        disabled={!dataset}
        error={error}
        value={chosen}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          { value: "", label: required ? "Choose" : "None" },
          ...(versions.data?.versions ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
    </div>
  );
}
