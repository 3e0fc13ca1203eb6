import { ActionIcon, Button, NativeSelect, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FolderPlus, Tag, Trash2, X } from "lucide-react";
import { useState } from "react";
import { addToVersion, type Chosen, deleteData, tagData } from "../api/datalakes";
import { datasetQuery, datasetsQuery } from "../api/datasets";
import { Confirm } from "../components/Confirm";
import { Naming } from "../components/Naming";
import { count, plural } from "../components/numbers";
import { useOpen } from "../components/open";
import styles from "../jobs/list/bulk/BulkBar.module.css";
import own from "./Datalake.module.css";
import type { Picking } from "../components/grid/usePicking";

interface Props {
  datalake: string;
  q: string;
  picking: Picking;
  total: number;
  changed: () => void;
}

type Dialog = "add" | "tag" | "untag" | "delete" | null;

/** How many files are chosen and what can be done to them. */
export function DataBar({ datalake, q, picking, total, changed }: Props) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const [done, setDone] = useState<number | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const cache = useQueryClient();
  const open = useOpen();
  if (!picking.any) return null;
  const chosen: Chosen = picking.all ? { q } : { data_ids: [...picking.ids] };
  const close = () => {
    setDialog(null);
    setError(null);
  };
  const act = async (step: () => Promise<unknown>) => {
    setDone(0);
    setError(null);
    try {
      await step();
      setDialog(null);
      picking.clear();
      changed();
      await cache.invalidateQueries({ queryKey: ["datalakes"] });
    } catch (refused) {
      setError(refused as Error);
    } finally {
      setDone(null);
    }
  };
  const tag = (name: string) =>
    void act(() => tagData(datalake, chosen, dialog === "tag" ? [name] : [], dialog === "untag" ? [name] : [], setDone));
  return (
    <div className={own.barPlace}>
      <div className={styles.bar} role="group" aria-label="Selected files">
        <span className={styles.number} role="status">
          {done === null ? `${count(picking.count)} selected` : `${count(done)} of ${count(picking.count)} done`}
        </span>
        {!picking.all && picking.count < total && (
          <button type="button" className={styles.all} onClick={picking.pickAll}>
            Select all {count(total)}
          </button>
        )}
        <span className={`${styles.actions} ${own.wrapping}`}>
          <Button size="xs" leftSection={<FolderPlus size={13} aria-hidden="true" />} onClick={() => setDialog("add")}>
            Add to version
          </Button>
          <Button size="xs" leftSection={<Tag size={13} aria-hidden="true" />} onClick={() => setDialog("tag")}>
            Tag
          </Button>
          <Button size="xs" onClick={() => setDialog("untag")}>
            Untag
          </Button>
          <Button size="xs" leftSection={<Trash2 size={13} aria-hidden="true" />} onClick={() => setDialog("delete")}>
            Delete
          </Button>
        </span>
        <Tooltip label="Select nothing (Esc)">
          <ActionIcon size={30} aria-label="Select nothing" onClick={picking.clear}>
            <X size={15} aria-hidden="true" />
          </ActionIcon>
        </Tooltip>
      </div>
      {(dialog === "tag" || dialog === "untag") && (
        <Naming
          title={`${dialog === "tag" ? "Tag" : "Untag"} ${plural(picking.count, "file")}`}
          action={dialog === "tag" ? "Put it on" : "Take it off"}
          opened
          close={close}
          busy={done !== null}
          error={error}
          submit={tag}
        />
      )}
      {dialog === "delete" && (
        <Confirm
          title={`Delete ${plural(picking.count, "file")}?`}
          yes={done === null ? "Delete" : undefined}
          danger
          act={() => void act(() => deleteData(datalake, chosen, setDone))}
          close={close}
        >
          <p>Their bytes are deleted, too; this cannot be undone. What a dataset version uses is not deleted.</p>
          {error && (
            <p role="alert" className={own.problem}>
              {error.message}
            </p>
          )}
        </Confirm>
      )}
      {dialog === "add" && (
        <AddDialog
          count={picking.count}
          close={close}
          error={error}
          add={(version) =>
            void act(async () => {
              const job = await addToVersion(datalake, chosen, version);
              open(`/jobs/${job.id}`);
            })
          }
        />
      )}
    </div>
  );
}

function AddDialog({ count: many, close, add, error }: { count: number; close: () => void; add: (version: string) => void; error: Error | null }) {
  const { data: datasets } = useQuery(datasetsQuery);
  const [dataset, setDataset] = useState("");
  const chosen = dataset || datasets?.items[0]?.id || "";
  const { data: found } = useQuery({ ...datasetQuery(chosen), enabled: chosen !== "" });
  const [version, setVersion] = useState("");
  const into = found?.versions.find(({ id }) => id === version) ?? found?.versions[0];
  return (
    <Confirm title={`Add ${plural(many, "file")} to a version`} yes={into ? "Add" : undefined} act={() => into && add(into.id)} close={close}>
      <div className={own.fields}>
        <NativeSelect
          label="Dataset"
          value={chosen}
          data={(datasets?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => setDataset(event.currentTarget.value)}
        />
        <NativeSelect
          label="Version"
          value={into?.id ?? ""}
          data={(found?.versions ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => setVersion(event.currentTarget.value)}
        />
      </div>
      {error && (
        <p role="alert" className={own.problem}>
          {error.message}
        </p>
      )}
    </Confirm>
  );
}
