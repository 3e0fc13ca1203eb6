import { Checkbox, NumberInput } from "@mantine/core";
import type { ReactNode } from "react";
import { FAILURE_NAME, FAILURES, type TermsDraft } from "./terms";
import styles from "./TermsFields.module.css";

interface Props {
  terms: TermsDraft;
  change: (terms: TermsDraft) => void;
  /** What is wrong, by the server's name of the field: `priority`, `retry.times`. */
  errors?: Record<string, ReactNode>;
}

/** How a run ranks among those that wait, and after which failures it is tried again. */
export function TermsFields({ terms, change, errors = {} }: Props) {
  const number = (name: "priority" | "times" | "backoff_s") => ({
    value: terms[name],
    error: errors[name === "priority" ? name : `retry.${name}`],
    onChange: (typed: string | number) => change({ ...terms, [name]: String(typed) }),
    clampBehavior: "none" as const, // the server says what does not fit
  });
  return (
    <div className={styles.fields}>
      <NumberInput
        {...number("priority")}
        label="Priority"
        description="The highest goes first; above 0 for admins"
        min={-100}
        max={100}
        allowDecimal={false}
      />
      <Checkbox.Group
        className={styles.kinds}
        label="Try again after"
        value={terms.kinds}
        error={errors["retry.kinds"] ?? errors["retry"]}
        onChange={(kinds) => change({ ...terms, kinds: kinds })}
      >
        <div className={styles.boxes}>
          {FAILURES.map((kind) => (
            <Checkbox key={kind} value={kind} label={FAILURE_NAME[kind]} />
          ))}
        </div>
      </Checkbox.Group>
      {terms.kinds.length > 0 && (
        <>
          <NumberInput {...number("times")} label="Tries" description="At most so many more, 1 to 20" min={1} max={20} allowDecimal={false} />
          <NumberInput {...number("backoff_s")} label="Pause" description="Seconds; twice as long after each try" min={0} />
        </>
      )}
    </div>
  );
}
