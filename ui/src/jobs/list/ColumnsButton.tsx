import { ActionIcon, Button, Checkbox, Popover, SegmentedControl, Tooltip } from "@mantine/core";
import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import type { Density } from "../../api/types";
import { COLUMN_NAMES, type ColumnName, COLUMNS, movedColumn, toggledColumn } from "./columns";
import styles from "./ColumnsButton.module.css";
import { isSameLook, type Look, USUAL_LOOK } from "./look";
import word from "./Word.module.css";

interface Props {
  look: Look;
  change: (look: Look) => void;
}

const DENSITIES: { value: Density; label: string }[] = [
  { value: "comfortable", label: "Comfortable" },
  { value: "compact", label: "Compact" },
];

/** Which columns, in which order, and how close the rows stand. */
export function ColumnsButton({ look, change }: Props) {
  const { columns } = look;
  const others = COLUMN_NAMES.filter((name) => !columns.includes(name));
  return (
    <Popover position="bottom-end" width={280} trapFocus returnFocus>
      <Popover.Target>
        <Button leftSection={<Columns3 size={14} aria-hidden="true" />} aria-label="Columns">
          <span className={word.word}>Columns</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.body}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Density"
            data={DENSITIES}
            value={look.density}
            onChange={(density) => change({ ...look, density })}
          />
          <ul aria-label="Columns">
            {[...columns, ...others].map((name) => (
              <Line key={name} name={name} columns={columns} change={(next) => change({ ...look, columns: next })} />
            ))}
          </ul>
          <Button size="xs" variant="subtle" disabled={isSameLook(look, USUAL_LOOK)} onClick={() => change(USUAL_LOOK)}>
            As usual
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

interface LineProps {
  name: ColumnName;
  columns: readonly ColumnName[];
  change: (columns: readonly ColumnName[]) => void;
}

function Line({ name, columns, change }: LineProps) {
  const place = columns.indexOf(name);
  const { title } = COLUMNS[name];
  return (
    <li className={styles.line}>
      <Checkbox
        size="xs"
        label={title}
        checked={place >= 0}
        disabled={name === "name"}
        onChange={() => change(toggledColumn(columns, name))}
      />
      {place >= 0 && (
        <span className={styles.moves}>
          <Move title={title} by={-1} off={place === 0} act={() => change(movedColumn(columns, name, -1))} />
          <Move title={title} by={1} off={place === columns.length - 1} act={() => change(movedColumn(columns, name, 1))} />
        </span>
      )}
    </li>
  );
}

/** Stays in the order of keys at the edge, so that one can press it again and again. */
function Move({ title, by, off, act }: { title: string; by: 1 | -1; off: boolean; act: () => void }) {
  const Icon = by < 0 ? ArrowUp : ArrowDown;
  const label = `Move ${title} ${by < 0 ? "up" : "down"}`;
  return (
    <Tooltip label={label}>
      <ActionIcon size={24} aria-label={label} aria-disabled={off || undefined} onClick={() => !off && act()}>
        <Icon size={13} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
