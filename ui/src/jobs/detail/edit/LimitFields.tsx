import { TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { type Limit, LIMITS, type Limits } from "./draft";
import styles from "./Edit.module.css";

const FIELD: Record<Limit, { label: string; like: string }> = {
  cpu: { label: "CPU", like: "cores, as 2 or 0.5" },
  memory: { label: "Memory", like: "as 4 GiB" },
  gpu: { label: "GPU", like: "number of GPUs" },
  disk: { label: "Disk", like: "as 20 GiB" },
  timeout: { label: "Timeout", like: "as 30 min or 2 h" },
};

interface Props {
  limits: Limits;
  change: (limits: Limits) => void;
  errors: Record<string, ReactNode>;
}

/** What a run may use; the server reads what people write. */
export function LimitFields({ limits, change, errors }: Props) {
  return (
    <div className={styles.limits}>
      {LIMITS.map((name) => (
        <TextInput
          key={name}
          label={FIELD[name].label}
          description={FIELD[name].like}
          placeholder="no limit"
          value={limits[name]}
          error={errors[name]}
          onChange={(event) => change({ ...limits, [name]: event.currentTarget.value })}
        />
      ))}
    </div>
  );
}
