import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Bookmark, BookmarkPlus } from "lucide-react";
import { useState } from "react";
import type { SavedView } from "../../../api/types";
import { viewsQuery } from "../../../api/views";
import word from "../Word.module.css";
import { SaveView } from "./SaveView";
import type { Shown } from "./useShown";
import styles from "./Views.module.css";

/** The saved views: the own ones and those that others share. */
export function ViewsMenu({ shown }: { shown: Shown }) {
  const { data, error } = useQuery(viewsQuery);
  const [saving, setSaving] = useState(false);
  const views = data?.items ?? [];
  return (
    <>
      <Menu position="bottom-end" width={264}>
        <Menu.Target>
          <Button className={styles.button} leftSection={<Bookmark size={15} aria-hidden="true" />} aria-label="Views">
            <span className={word.word}>Views</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {error && <p className={styles.none}>{error.message}</p>}
          {data && !views.length && <p className={styles.none}>A view keeps filters, columns and density under a name.</p>}
          <Part title="Mine" views={views.filter((view) => view.is_own)} shown={shown} />
          <Part title="Shared by others" views={views.filter((view) => !view.is_own)} shown={shown} />
          {views.length > 0 && <Menu.Divider />}
          {shown.view && <Menu.Item onClick={() => shown.open(null)}>All jobs, no view</Menu.Item>}
          <Menu.Item leftSection={<BookmarkPlus size={15} aria-hidden="true" />} onClick={() => setSaving(true)}>
            Save this as a view
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {saving && <SaveView shown={shown} close={() => setSaving(false)} />}
    </>
  );
}

function Part({ title, views, shown }: { title: string; views: SavedView[]; shown: Shown }) {
  if (!views.length) return null;
  return (
    <>
      <Menu.Label>{title}</Menu.Label>
      <Menu.RadioGroup value={shown.view?.id ?? null} onChange={shown.open}>
        {views.map((view) => (
          <Menu.RadioItem key={view.id} value={view.id} rightSection={<span className={styles.owner}>{hintOf(view)}</span>}>
            {view.name}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  );
}

function hintOf(view: SavedView): string {
  if (view.is_own) return view.shared ? "shared" : "";
  return view.owner_is_gone ? "owner is gone" : (view.owner?.name ?? "");
}
