import { Button, FileInput, Modal } from "@mantine/core";
import { FileUp } from "lucide-react";
import { useState } from "react";
import { type ImportOptions, useCheck, useImport } from "../api/imports";
import { useOpen } from "../components/open";
import { CheckOutcome } from "./CheckOutcome";
import styles from "./Dialog.module.css";
import { ImportFields } from "./ImportFields";

const AT_FIRST: ImportOptions = {
  format: "auto",
  mode: "replace",
  matching: "auto",
  skip_bad: false,
  create_labels: true,
  force_placeholders: true,
};

interface Props {
  version: string;
  opened: boolean;
  close: () => void;
}

/** Asks for a file and how to import it, says what that would do, and opens the job that does it. */
export function ImportDialog({ version, opened, close }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [options, setOptions] = useState(AT_FIRST);
  const check = useCheck(version);
  const launch = useImport(version);
  const open = useOpen();
  const choose = (chosen: File | null) => {
    setFile(chosen);
    check.reset();
    launch.reset();
  };
  const change = (changed: Partial<ImportOptions>) => {
    setOptions({ ...options, ...changed });
    launch.reset();
  };
  const submit = () => {
    if (!file) return;
    // A file that was sent to be checked need not be sent again.
    const source = check.data ? { checked_by: check.data.id } : { file };
    launch.mutate({ ...source, ...options }, { onSuccess: (job) => open(`/jobs/${job.id}`) });
  };
  const lookAt = () => file && check.mutate({ file, ...options });
  return (
    <Modal opened={opened} onClose={close} title="Import annotations" size={620}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <FileInput
          label="File of annotations"
          description="A file or a zip: COCO, YOLO, Pascal VOC, CVAT, LabelMe or VIA, with or without the pictures."
          placeholder="Choose a file"
          accept=".json,.xml,.zip"
          required
          leftSection={<FileUp size={16} aria-hidden="true" />}
          value={file}
          onChange={choose}
          error={launch.error?.message ?? check.error?.message}
        />
        <ImportFields options={options} change={change} />
        {check.data && <CheckOutcome job={check.data.id} />}
        <div className={`${styles.buttons} ${styles.inSight}`}>
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button onClick={lookAt} disabled={!file} loading={check.isPending}>
            {check.data ? "Check again" : "Check"}
          </Button>
          <Button variant="filled" type="submit" disabled={!file} loading={launch.isPending}>
            Import
          </Button>
        </div>
      </form>
    </Modal>
  );
}
