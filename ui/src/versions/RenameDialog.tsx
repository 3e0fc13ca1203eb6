import { NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { DatasetType, VersionDetail } from "../api/types";
import { useChangeVersion } from "../api/versions";
import { Naming } from "../components/Naming";
import { DATASET_TYPES, typeWord } from "../datasets/types";

/** Asks for another name, type or description of a version. */
export function RenameDialog({ version, close }: { version: VersionDetail; close: () => void }) {
  const [type, setType] = useState(version.type);
  const [description, setDescription] = useState(version.description);
  const change = useChangeVersion(version.id);
  return (
    <Naming
      title={`Rename ${version.name} or set its type`}
      action="Save"
      opened
      close={close}
      busy={change.isPending}
      error={change.error}
      proposal={version.name}
      submit={(name) => change.mutate({ name, type, description }, { onSuccess: close })}
    >
      <NativeSelect
        label="Type"
        data={DATASET_TYPES.map((value) => ({ value, label: typeWord(value) }))}
        value={type}
        onChange={(event) => setType(event.currentTarget.value as DatasetType)}
      />
      <TextInput label="Description" value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
    </Naming>
  );
}
