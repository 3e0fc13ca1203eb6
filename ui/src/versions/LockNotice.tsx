import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Lock, LockOpen } from "lucide-react";
import type { VersionDetail } from "../api/types";
import { useLock } from "../api/versions";
import { Ago } from "../components/Ago";
import { Confirm } from "../components/Confirm";
import { Person } from "../components/Person";
import { useMayUnlock } from "./lock";
import styles from "./LockNotice.module.css";

/** That a version is locked, by whom and since when, and the way to unlock it for who may. */
export function LockNotice({ version }: { version: VersionDetail }) {
  const [asking, { open, close }] = useDisclosure(false);
  const lock = useLock(version.id);
  const may = useMayUnlock(version);
  if (!version.locked) return null;
  const { by, at } = version.locked;
  return (
    <section className={styles.notice} aria-label="Lock">
      <Lock size={15} aria-hidden="true" />
      <p>
        Locked by <Person user={by} /> <Ago at={at} />: nothing in it can be changed.
        {!may && <span> Only {by.name} or an admin can unlock it.</span>}
      </p>
      {may && (
        <Button size="xs" leftSection={<LockOpen size={14} aria-hidden="true" />} loading={lock.isPending} onClick={open}>
          Unlock
        </Button>
      )}
      {lock.error && (
        <p role="alert" className={styles.problem}>
          {lock.error.message}
        </p>
      )}
      {asking && (
        <Confirm
          title={`Unlock ${version.name}?`}
          yes="Unlock"
          act={() => {
            lock.mutate("unlock");
            close();
          }}
          close={close}
        >
          <p>Everybody who may write data can change it again.</p>
        </Confirm>
      )}
    </section>
  );
}
