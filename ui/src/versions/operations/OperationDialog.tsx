import { Alert, Button, Modal } from "@mantine/core";
import { useState } from "react";
import { ApiError } from "../../api/client";
import { useOperation } from "../../api/operations";
import type { Operation, OperationParameter, VersionDetail } from "../../api/types";
import { useOpen } from "../../components/open";
import { VersionSelect } from "../../components/VersionSelect";
import styles from "../Dialog.module.css";
import { type Chosen, ChosenPictures, isEverything } from "./Chosen";
import { bodyOf, type Draft, mistakes, refusalOf, startOf } from "./draft";
import { OperationField } from "./OperationField";

interface Props {
  version: VersionDetail;
  operation: Operation;
  close: () => void;
  chosen?: Chosen;
}

/** Asks for what an operation declares, and opens the job that does it. */
export function OperationDialog({ version, operation, close, chosen }: Props) {
  const [draft, setDraft] = useState<Draft>(() => ({ ...startOf(operation), ...(chosen && { pictures: chosen.pictures }) }));
  const [errors, setErrors] = useState<Record<string, string>>({});
  // of what takes from a source, the chosen pictures' version is that: it is done to another
  const isInto = chosen !== undefined && operation.parameters.some(isSource);
  const [into, setInto] = useState("");
  const launch = useOperation(isInto ? into : version.id, operation);
  const open = useOpen();
  const asked = operation.parameters.filter((one) => !isGiven(one, chosen));
  const submit = () => {
    const said = isInto ? { ...draft, source: version.id } : draft;
    const found = mistakes(operation, said);
    if (isInto && !into) found["into"] = "This is needed.";
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    launch.mutate(bodyOf(operation, said), { onSuccess: (job) => open(`/jobs/${job.id}`) });
  };
  const refusal = launch.error
    ? refusalOf(launch.error instanceof ApiError ? launch.error.detail : null, launch.error.message)
    : null;
  const hasField = asked.some((one) => one.name === refusal?.field);
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
        {chosen && <ChosenPictures chosen={chosen} version={version} />}
        {isInto && (
          <VersionSelect label="Into version" required value={into} without={version.id} error={errors["into"]} change={setInto} />
        )}
        {asked.map((one) => (
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

const isSource = ({ name, form }: OperationParameter): boolean => name === "source" && form === "version";

/** What a selection has said already. That everything is meant is asked where nothing narrows it down. */
function isGiven(one: OperationParameter, chosen: Chosen | undefined): boolean {
  if (!chosen) return false;
  return one.form === "pictures" || isSource(one) || (one.name === "everything" && !isEverything(chosen));
}
