import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { useMay } from "../../../api/session";
import { useKeepView } from "../../../api/views";
import { Naming } from "../../../components/Naming";
import type { Shown } from "./useShown";
import { bodyOf } from "./view";

/** Keeps what is shown as a new view, and opens it. */
export function SaveView({ shown, close }: { shown: Shown; close: () => void }) {
  const keep = useKeepView();
  const mayShare = useMay("member");
  const [shared, setShared] = useState(false);
  const save = (name: string) =>
    keep.mutate(
      { body: bodyOf(name, shared, shown.filters, shown.look) },
      {
        onSuccess: (view) => {
          close();
          shown.open(view.id);
        },
      },
    );
  return (
    <Naming title="Save as a view" action="Save" opened close={close} busy={keep.isPending} error={keep.error} submit={save}>
      {mayShare && (
        <Checkbox
          label="Share with everybody in the organization"
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
    </Naming>
  );
}
