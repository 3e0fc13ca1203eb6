import { Button, Modal } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Confirm.module.css";
import { useFocusBack } from "./focus";

interface Props {
  title: string;
  /** What is going to happen. */
  children: ReactNode;
  /** On the button that does it; undefined: it cannot be done. */
  yes: string | undefined;
  danger?: boolean;
  act: () => void;
  close: () => void;
}

/** Asks before something is done. Mounted while it asks. */
export function Confirm({ title, children, yes, danger = false, act, close }: Props) {
  useFocusBack();
  return (
    <Modal opened onClose={close} title={title}>
      <div className={styles.words}>{children}</div>
      <div className={styles.buttons}>
        <Button variant="subtle" onClick={close}>
          {yes ? "Cancel" : "Close"}
        </Button>
        {yes && (
          <Button variant={danger ? "danger" : "filled"} data-autofocus onClick={act}>
            {yes}
          </Button>
        )}
      </div>
    </Modal>
  );
}
