import { ActionIcon, Button, Menu } from "@mantine/core";
import { Bookmark, Ellipsis, X } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../../api/session";
import type { SavedView } from "../../../api/types";
import { useKeepView, useRemoveView } from "../../../api/views";
import { Confirm } from "../../../components/Confirm";
import { Naming } from "../../../components/Naming";
import { SaveView } from "./SaveView";
import type { Shown } from "./useShown";
import { bodyOf, sameBody } from "./view";
import styles from "./Views.module.css";

type Dialog = "save as" | "rename" | "delete" | null;

/** The view that is open: whose it is, whether what is shown differs from it, and what can be done with it. */
export function ViewBar({ shown, view }: { shown: Shown; view: SavedView }) {
  const { isChanged } = shown;
  const admin = useMay("admin");
  const mayChange = view.is_own || admin;
  const [dialog, setDialog] = useState<Dialog>(null);
  const keep = useKeepView();
  const save = () =>
    keep.mutate({ id: view.id, body: bodyOf(view.name, view.shared, shown.filters, shown.look) }, { onSuccess: () => shown.open(view.id) });
  const share = () => keep.mutate({ id: view.id, body: { ...sameBody(view), shared: !view.shared } });
  return (
    <section className={styles.bar} aria-label="View">
      <Bookmark size={14} aria-hidden="true" />
      <b className={styles.name}>{view.name}</b>
      <span className={styles.whose}>{whose(view)}</span>
      {isChanged && (
        <span className={styles.changed}>
          <span role="status">changed</span>
          {mayChange && (
            <Button size="xs" loading={keep.isPending} onClick={save}>
              Save
            </Button>
          )}
          <Button size="xs" variant="subtle" onClick={() => shown.open(view.id)}>
            Revert
          </Button>
        </span>
      )}
      {keep.error && !dialog && (
        <span role="alert" className={styles.refused}>
          {keep.error.message}
        </span>
      )}
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon size={28} aria-label={`More of the view ${view.name}`}>
            <Ellipsis size={16} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog("save as")}>Save as a new view</Menu.Item>
          {mayChange && <Menu.Item onClick={() => setDialog("rename")}>Rename</Menu.Item>}
          {view.is_own && <ShareItem shared={view.shared} act={share} />}
          {mayChange && <Menu.Item onClick={() => setDialog("delete")}>Delete</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon size={28} aria-label="Close the view" onClick={() => shown.open(null)}>
        <X size={15} aria-hidden="true" />
      </ActionIcon>
      {dialog === "save as" && <SaveView shown={shown} close={() => setDialog(null)} />}
      {dialog === "rename" && <Rename view={view} close={() => setDialog(null)} />}
      {dialog === "delete" && <Delete view={view} gone={() => shown.open(null)} close={() => setDialog(null)} />}
    </section>
  );
}

function whose(view: SavedView): string {
  if (view.is_own) return view.shared ? "shared by you" : "only you see it";
  return view.owner_is_gone ? "shared; its owner is gone" : `shared by ${view.owner?.name ?? ""}`;
}

function ShareItem({ shared, act }: { shared: boolean; act: () => void }) {
  const may = useMay("member");
  if (!may && !shared) return null;
  return <Menu.Item onClick={act}>{shared ? "Keep to myself" : "Share with everybody"}</Menu.Item>;
}

function Rename({ view, close }: { view: SavedView; close: () => void }) {
  const keep = useKeepView();
  return (
    <Naming
      title="Rename the view"
      action="Rename"
      opened
      close={close}
      busy={keep.isPending}
      error={keep.error}
      proposal={view.name}
      submit={(name) => keep.mutate({ id: view.id, body: { ...sameBody(view), name } }, { onSuccess: close })}
    />
  );
}

function Delete({ view, gone, close }: { view: SavedView; gone: () => void; close: () => void }) {
  const remove = useRemoveView();
  return (
    <Confirm title={`Delete the view “${view.name}”?`} yes="Delete" danger act={() => remove.mutate(view.id, { onSuccess: gone })} close={close}>
      <p>The jobs stay. {view.shared && "Nobody will see this view any more."}</p>
      {remove.error && <p role="alert">{remove.error.message}</p>}
    </Confirm>
  );
}
