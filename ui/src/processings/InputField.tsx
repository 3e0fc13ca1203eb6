import { Fieldset, NumberInput, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { ProcessingInput } from "../api/types";
import styles from "./Processings.module.css";
import { VersionPicker } from "./TargetPicker";

interface Props {
  input: Pick<ProcessingInput, "name" | "type" | "required">;
  value: string;
  change: (value: string | number | null) => void;
  error?: ReactNode;
}

/** One input of a processing: a text, a number, or an object of the organization. */
export function InputField({ input, value, change, error }: Props) {
  if (input.type === "DATASET_VERSION") {
    return (
      <Fieldset legend={words(input.name)} variant="unstyled" className={styles.whole}>
        <VersionPicker chosen={value} choose={change} error={error} required={input.required} />
      </Fieldset>
    );
  }
  const common = { label: words(input.name), required: input.required, error };
  if (input.type === "NUMBER")
    return <NumberInput {...common} value={value} onChange={(typed) => change(typed === "" ? null : Number(typed))} />;
  return (
    <TextInput
      {...common}
      description={input.type === "TEXT" ? undefined : `id of a ${input.type.toLowerCase().replace("_", " ")}`}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

const words = (name: string): string => name.replaceAll("_", " ");
