import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import type { JobFilters } from "../../../api/jobs";
import type { BulkAction } from "../../../api/types";
import { count } from "../../../components/numbers";
import { ACTIONS, offered } from "./actions";
import styles from "./BulkBar.module.css";
import { foresee } from "./foresee";
import type { ManyJobs } from "./useManyJobs";

interface Props {
  many: ManyJobs;
  filters: JobFilters;
  /** There are more than the rows that are shown. */
  more: boolean;
}

/** How many jobs are chosen and what can be done to them, above the end of the list. */
export function BulkBar({ many: { chosen, found, who, ask }, filters, more }: Props) {
  const { selection, rows } = chosen;
  const { all } = selection;
  if (!all && !rows.length) return null;
  return (
    <div className={styles.place}>
      <div className={styles.bar} role="group" aria-label="Selected jobs">
        <span className={styles.number} role="status">
          {all ? `All ${found.text ?? ""}` : count(rows.length)} selected
        </span>
        {more && !all && found.text && (
          <button type="button" className={styles.all} onClick={chosen.pickAll}>
            Select all {found.text}
          </button>
        )}
        <span className={styles.actions}>
          {offered(filters).map((action) => {
            const { able, reasons } = foresee(action, rows, who);
            return <Act key={action} action={action} why={all || able ? null : reasons.join(" ")} ask={() => ask(action)} />;
          })}
        </span>
        <Tooltip label="Select nothing (Esc)">
          <ActionIcon size={30} aria-label="Select nothing" onClick={chosen.clear}>
            <X size={15} aria-hidden="true" />
          </ActionIcon>
        </Tooltip>
      </div>
    </div>
  );
}

/** Stays in the order of keys while it is off, so that its reason can be read. */
function Act({ action, why, ask }: { action: BulkAction; why: string | null; ask: () => void }) {
  const { verb, icon: Icon } = ACTIONS[action];
  return (
    <Tooltip label={why} disabled={!why} multiline maw={280}>
      <Button
        size="xs"
        leftSection={<Icon size={13} aria-hidden="true" />}
        data-disabled={why ? true : undefined}
        aria-disabled={why ? true : undefined}
        aria-description={why ?? undefined}
        onClick={() => !why && ask()}
      >
        {verb}
      </Button>
    </Tooltip>
  );
}
