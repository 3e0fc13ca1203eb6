import { Alert, Button, Modal } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../../api/client";
import { useOperation } from "../../api/operations";
import type { Operation, VersionDetail } from "../../api/types";
import { useOpen } from "../../components/open";
import styles from "../Dialog.module.css";
import { bodyOf, mistakes, refusalOf, startOf } from "./draft";
import { OperationField } from "./OperationField";

interface Props {
  version: VersionDetail;
  operation: Operation;
  close: () => void;
}

/** Asks for what an operation declares, and opens the job that does it. */
export function OperationDialog({ version, operation, close }: Props) {
  const [draft, setDraft] = useState(() => startOf(operation));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const launch = useOperation(version.id, operation);
  const open = useOpen();
  const submit = () => {
    const found = mistakes(operation, draft);
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    launch.mutate(bodyOf(operation, draft), { onSuccess: (job) => open(`/jobs/${job.id}`) });
  };
  const refusal = launch.error
    ? refusalOf(launch.error instanceof ApiError ? launch.error.detail : null, launch.error.message)
    : null;
  const hasField = operation.parameters.some((one) => one.name === refusal?.field);
  const [what, ...more] = operation.description.split("\n\n");
  return (
    <Modal opened onClose={close} title={operation.title} size="lg">
      <form
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className={styles.hint}>{[what, ...more].join(" ").replaceAll("`", "")}</p>
        {operation.parameters.map((one) => (
          <OperationField
            key={one.name}
            parameter={one}
            version={version}
            value={draft[one.name] ?? null}
            error={errors[one.name] ?? (refusal?.field === one.name ? refusal.message : undefined)}
            change={(value) => setDraft({ ...draft, [one.name]: value })}
          />
        ))}
        {refusal && !hasField && (
          <Alert color="red" role="alert">
            {refusal.message}
          </Alert>
        )}
        <div className={styles.buttons}>
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button variant="filled" type="submit" loading={launch.isPending}>
            Launch
          </Button>
        </div>
      </form>
    </Modal>
  );
}
