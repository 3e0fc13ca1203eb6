import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Copy, Download, GitFork, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { operationsQuery } from "../../api/operations";
import type { Operation, VersionDetail } from "../../api/types";
import type { Picking } from "../../components/grid/usePicking";
import { count } from "../../components/numbers";
import styles from "../../jobs/list/bulk/BulkBar.module.css";
import { ExportDialog } from "../ExportDialog";
import { whyLocked } from "../lock";
import { OperationDialog } from "../operations/OperationDialog";
import { type FilterSearch, picturesOf } from "./filters";
import own from "./SelectionBar.module.css";

interface Props {
  version: VersionDetail;
  filter: FilterSearch;
  picking: Picking;
  total: number;
}

const BUTTONS = [
  { name: "tag", title: "Tag", icon: Tag },
  { name: "fork", title: "Fork", icon: GitFork },
  { name: "copy", title: "Copy to …", icon: Copy },
  { name: "export", title: "Export", icon: Download },
  { name: "delete_pictures", title: "Delete", icon: Trash2 },
];

/** Of another version, which is chosen in the dialog: its own pictures are what is taken. */
const isInto = ({ parameters }: Operation): boolean => parameters.some(({ name, form }) => name === "source" && form === "version");

/** How many pictures are chosen and what can be done with them, each as a job. */
export function SelectionBar({ version, filter, picking, total }: Props) {
  const operations = (useQuery(operationsQuery).data ?? []).filter(({ parameters }) => parameters.some(({ form }) => form === "pictures"));
  const [operation, setOperation] = useState<Operation | null>(null);
  if (!picking.any) return null;
  const chosen = {
    count: picking.count,
    pictures: picking.all ? picturesOf(filter) : { asset_ids: [...picking.ids] },
  };
  const close = () => setOperation(null);
  const others = operations.filter(({ name }) => !BUTTONS.some((button) => button.name === name));
  const why = (one: Operation) => (one.changes_version && !isInto(one) ? whyLocked(version) : null);
  return (
    <div className={own.place}>
      <div className={styles.bar} role="group" aria-label="Selected pictures">
        <span className={styles.number} role="status">
          {count(picking.count)} selected
        </span>
        {!picking.all && picking.count < total && (
          <button type="button" className={styles.all} onClick={picking.pickAll}>
            Select all {count(total)}
          </button>
        )}
        <span className={`${styles.actions} ${own.wrapping}`}>
          {BUTTONS.map(({ name, title, icon: Icon }) => {
            const one = operations.find((each) => each.name === name);
            if (!one) return null;
            const reason = why(one);
            return (
              <Tooltip key={name} label={reason ?? one.title}>
                <Button
                  size="xs"
                  leftSection={<Icon size={13} aria-hidden="true" />}
                  data-disabled={reason ? true : undefined}
                  aria-disabled={reason ? true : undefined}
                  onClick={() => !reason && setOperation(one)}
                >
                  {title}
                </Button>
              </Tooltip>
            );
          })}
          <Menu position="top-end">
            <Menu.Target>
              <Button size="xs" rightSection={<ChevronDown size={13} aria-hidden="true" />}>
                More
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {others.map((one) => (
                <Menu.Item key={one.name} disabled={why(one) !== null} onClick={() => setOperation(one)}>
                  {isInto(one) ? `${one.title.replace(" from another version", "")} into another version` : one.title} …
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </span>
        <Tooltip label="Select nothing (Esc)">
          <ActionIcon size={30} aria-label="Select nothing" onClick={picking.clear}>
            <X size={15} aria-hidden="true" />
          </ActionIcon>
        </Tooltip>
      </div>
      {operation?.name === "export" && <ExportDialog version={version} chosen={chosen} close={close} />}
      {operation && operation.name !== "export" && (
        <OperationDialog key={operation.name} version={version} operation={operation} chosen={chosen} close={close} />
      )}
    </div>
  );
}
