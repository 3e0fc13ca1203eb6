import { Button, FileInput, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Download, FileUp, RotateCcw } from "lucide-react";
import { useState } from "react";
import { link } from "../../api/client";
import { useImport } from "../../api/imports";
import { useMay } from "../../api/session";
import type { Job, Run } from "../../api/types";
import { bytes, plural } from "../../components/numbers";
import { useOpen } from "../../components/open";
import { OrgLink } from "../../components/OrgLink";
import { said } from "../../components/values";
import styles from "./Rejects.module.css";

type Rejected = NonNullable<Run["rejects"]>;

interface Props {
  job: Job;
  run: Run;
  rejects: Rejected;
}

/** The records that an import did not take: to download, and to import again when they are mended. */
export function Rejects({ job, run, rejects }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  const taken = run.status === "SUCCEEDED";
  const may = useMay("member");
  return (
    <section className={styles.card} aria-label="Rejected records">
      <h2 className={styles.title}>{plural(rejects.total, "record")} rejected</h2>
      <p className={styles.text}>
        {taken
          ? "All others were imported. Mend these in your file and import just them again."
          : "Nothing was imported. Mend the file, or import it with bad records skipped."}
      </p>
      <a className={styles.download} href={link(`/jobs/${job.id}/downloads/rejects.jsonl`)} download="rejects.jsonl">
        <Download size={14} aria-hidden="true" /> rejects.jsonl <span>{bytes(rejects.size)}</span>
      </a>
      {taken && may && job.target && (
        <>
          <Button size="xs" leftSection={<RotateCcw size={14} aria-hidden="true" />} onClick={open}>
            Import the mended file
          </Button>
          <AgainDialog job={job} run={run} version={job.target.id} opened={opened} close={close} />
        </>
      )}
      {rejects.again.map((again, at) => (
        <OrgLink key={again} path={`/jobs/${again}`} className={styles.again}>
          Imported again{rejects.again.length > 1 ? ` (${at + 1})` : ""}
        </OrgLink>
      ))}
    </section>
  );
}

interface AgainProps {
  job: Job;
  run: Run;
  version: string;
  opened: boolean;
  close: () => void;
}

function AgainDialog({ job, run, version, opened, close }: AgainProps) {
  const [file, setFile] = useState<File | null>(null);
  const launch = useImport(version);
  const open = useOpen();
  const { format, matching, create_labels, placeholders } = run.parameters;
  const submit = () => {
    if (!file) return;
    launch.mutate(
      {
        file,
        only_rejected_of: job.id,
        skip_bad: true,
        format: said(format ?? "auto"),
        matching: said(matching ?? "auto"),
        create_labels: create_labels !== false,
        force_placeholders: placeholders !== false,
      },
      {
        onSuccess: (again) => {
          close();
          open(`/jobs/${again.id}`);
        },
      },
    );
  };
  return (
    <Modal opened={opened} onClose={close} title="Import rejected records again">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className={styles.text}>
          The whole file with the records mended in their places. Only those that were rejected are taken, and added to what is there.
        </p>
        <FileInput
          label="Mended file"
          placeholder="Choose a file"
          required
          leftSection={<FileUp size={16} aria-hidden="true" />}
          value={file}
          onChange={setFile}
          error={launch.error?.message}
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
