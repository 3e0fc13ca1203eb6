import { Button, Modal, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";

interface Props {
  title: string;
  action: string;
  opened: boolean;
  close: () => void;
  busy: boolean;
  error: Error | null;
  proposal?: string;
  /** More fields below the name. */
  children?: ReactNode;
  submit: (name: string) => void;
}

/** A dialog that makes something new: its name, and what else `children` ask for. */
export function Naming({ title, action, opened, close, busy, error, proposal = "", children, submit }: Props) {
  const [name, setName] = useState(proposal);
  return (
    <Modal opened={opened} onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit(name.trim());
        }}
      >
        <div style={{ display: "grid", gap: 14 }}>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={error?.message}
          />
          {children}
          <div style={{ display: "flex", justifyContent: "flex-end", gap: 8 }}>
            <Button variant="subtle" onClick={close}>
              Cancel
            </Button>
            <Button variant="filled" type="submit" loading={busy} disabled={!name.trim()}>
              {action}
            </Button>
          </div>
        </div>
      </form>
    </Modal>
  );
}
