import { Button, Checkbox, FileInput, Modal, SegmentedControl } from "@mantine/core";
import { FileJson2 } from "lucide-react";
import { useState } from "react";
import { type ImportOptions, useImport } from "../api/versions";
import { useOpen } from "../components/open";
import styles from "./Dialog.module.css";

const MODES: { value: ImportOptions["mode"]; label: string; means: string }[] = [
  { value: "concatenate", label: "Add", means: "Shapes of the file are added to those that are there." },
  { value: "replace", label: "Replace", means: "Pictures that the file names lose the annotations that they have." },
  { value: "keep", label: "Keep", means: "Pictures that are annotated already stay as they are." },
];

interface Props {
  version: string;
  opened: boolean;
  close: () => void;
}

/** Asks for a COCO file and how to import it, and opens the job that does. */
export function ImportDialog({ version, opened, close }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<ImportOptions["mode"]>("concatenate");
  const [skipBad, setSkipBad] = useState(false);
  const [createLabels, setCreateLabels] = useState(true);
  const launch = useImport(version);
  const open = useOpen();
  const submit = () => {
    if (!file) return;
    launch.mutate(
      { file, mode, skip_bad: skipBad, create_labels: createLabels },
      { onSuccess: (job) => open(`/jobs/${job.id}`) },
    );
  };
  return (
    <Modal opened={opened} onClose={close} title="Import annotations">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <FileInput
          label="COCO file"
          placeholder="instances.json"
          accept="application/json,.json"
          required
          leftSection={<FileJson2 size={16} aria-hidden="true" />}
          value={file}
          onChange={setFile}
          error={launch.error?.message}
        />
        <div>
          <SegmentedControl
            fullWidth
            aria-label="What happens to annotations that are there"
            data={MODES.map(({ value, label }) => ({ value, label }))}
            value={mode}
            onChange={(value) => setMode(value)}
          />
          <p className={styles.hint}>{MODES.find((one) => one.value === mode)?.means}</p>
        </div>
        <Checkbox
          label="Make labels that are missing"
          checked={createLabels}
          onChange={(event) => setCreateLabels(event.currentTarget.checked)}
        />
        <Checkbox
          label="Skip bad records"
          description="Otherwise one bad record stops the import and nothing is changed."
          checked={skipBad}
          onChange={(event) => setSkipBad(event.currentTarget.checked)}
        />
        <div className={styles.buttons}>
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button variant="filled" type="submit" disabled={!file} loading={launch.isPending}>
            Import
          </Button>
        </div>
      </form>
    </Modal>
  );
}
