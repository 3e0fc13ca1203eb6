import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Check, ListFilter } from "lucide-react";
import { useState } from "react";
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
}

/** Which statuses to show, and whether only one's own jobs. */
export function StatusFilter({ filters, change }: Props) {
  const [open, setOpen] = useState(false);
  const { user } = useSession();
  const { data } = useQuery({ ...countsQuery({ ...filters, status: undefined }), enabled: open });
  const chosen = new Set(filters.status);
  const toggle = (status: RunStatus) => {
    const next = chosen.has(status) ? [...chosen].filter((each) => each !== status) : [...chosen, status];
    change({ ...filters, status: next.length ? next : undefined });
  };
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-end" width={216} closeOnItemClick={false}>
      <Menu.Target>
        <Button className={styles.button} leftSection={<ListFilter size={15} aria-hidden="true" />}>
          Filter
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Status</Menu.Label>
        {STATUSES.map((status) => (
          <Menu.Item
            key={status}
            role="menuitemcheckbox"
            aria-checked={chosen.has(status)}
            rightSection={<Right chosen={chosen.has(status)} number={data?.statuses[status] ?? (data ? 0 : undefined)} />}
            onClick={() => toggle(status)}
          >
            <Status status={status} />
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          role="menuitemcheckbox"
          aria-checked={filters.user === user.name}
          rightSection={filters.user === user.name && <Check size={14} aria-hidden="true" />}
          onClick={() => change({ ...filters, user: filters.user === user.name ? undefined : user.name })}
        >
          Only mine
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Right({ chosen, number }: { chosen: boolean; number: number | undefined }) {
  return (
    <span className={styles.right}>
      {number !== undefined && count(number)}
      <span className={styles.check}>{chosen && <Check size={14} aria-hidden="true" />}</span>
    </span>
  );
}
