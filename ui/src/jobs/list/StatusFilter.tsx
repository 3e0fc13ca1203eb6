import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useSession } from "../../api/session";
import { countsQuery, type JobFilters } from "../../api/jobs";
import type { RunStatus } from "../../api/types";
import { count } from "../../components/numbers";
import { STATUSES } from "../../components/status";
import { Status } from "../../components/StatusMark";
import styles from "./StatusFilter.module.css";

interface Props {
  filters: JobFilters;
  change: (filters: JobFilters) => void;
  open: boolean;
  setOpen: (open: boolean) => void;
}

/** Which statuses to show, and whether only one's own jobs. */
export function StatusFilter({ filters, change, open, setOpen }: Props) {
  const { user } = useSession();
  const { data } = useQuery({ ...countsQuery({ ...filters, status: undefined }), enabled: open });
  const chosen = new Set(filters.status);
  const toggle = (status: RunStatus) => {
    const next = chosen.has(status) ? [...chosen].filter((each) => each !== status) : [...chosen, status];
    change({ ...filters, status: next.length ? next : undefined });
  };
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-end" width={216}>
      <Menu.Target>
        <Button className={styles.button} leftSection={<ListFilter size={15} aria-hidden="true" />}>
          Filter
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Status</Menu.Label>
        {STATUSES.map((status) => (
          <Menu.CheckboxItem
            key={status}
            checked={chosen.has(status)}
            onChange={() => toggle(status)}
            rightSection={<span className={styles.count}>{data && count(data.statuses[status] ?? 0)}</span>}
          >
            <Status status={status} />
          </Menu.CheckboxItem>
        ))}
        <Menu.Divider />
        <Menu.CheckboxItem
          checked={filters.user === user.name}
          onChange={(mine) => change({ ...filters, user: mine ? user.name : undefined })}
        >
          Only mine
        </Menu.CheckboxItem>
      </Menu.Dropdown>
    </Menu>
  );
}
