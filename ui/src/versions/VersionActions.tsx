import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Download, Ellipsis, FileInput, GitFork, Lock, Pencil, Play } from "lucide-react";
import { useState } from "react";
import { operationsQuery } from "../api/operations";
import { useMay } from "../api/session";
import type { Operation, VersionDetail } from "../api/types";
import { useLock } from "../api/versions";
import { Confirm } from "../components/Confirm";
import { useOpen } from "../components/open";
import { ExportDialog } from "./ExportDialog";
import { ForkDialog } from "./ForkDialog";
import { ImportDialog } from "./ImportDialog";
import { whyLocked } from "./lock";
import { OperationDialog } from "./operations/OperationDialog";
import { RenameDialog } from "./RenameDialog";

const hasNoButton = (operation: Operation) => operation.name !== "fork" && operation.name !== "export";

/** What one can do to a version; each of them is a job, but for the lock. */
export function VersionActions({ version }: { version: VersionDetail }) {
  const [importing, imports] = useDisclosure(false);
  const [forking, forks] = useDisclosure(false);
  const [exporting, exports] = useDisclosure(false);
  const [renaming, renames] = useDisclosure(false);
  const [asking, locking] = useDisclosure(false);
  const [operation, setOperation] = useState<Operation | null>(null);
  const operations = useQuery(operationsQuery).data ?? [];
  const lock = useLock(version.id);
  const open = useOpen();
  if (!useMay("member")) return null;
  const why = whyLocked(version);
  return (
    <>
      <Tooltip label={why} disabled={why === null}>
        <Button
          leftSection={<FileInput size={15} aria-hidden="true" />}
          data-disabled={why ? true : undefined}
          aria-disabled={why ? true : undefined}
          onClick={() => !why && imports.open()}
        >
          Import
        </Button>
      </Tooltip>
      <Button leftSection={<GitFork size={15} aria-hidden="true" />} onClick={forks.open}>
        Fork
      </Button>
      <Button
        variant="filled"
        leftSection={<Play size={14} aria-hidden="true" />}
        onClick={() => open(`/processings?target=${version.id}`)}
      >
        Process
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon size={34} aria-label="More actions">
            <Ellipsis size={17} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Download size={15} aria-hidden="true" />}
            onClick={exports.open}
          >
            Export …
          </Menu.Item>
          <Menu.Item
            leftSection={<Pencil size={15} aria-hidden="true" />}
            disabled={why !== null}
            onClick={renames.open}
          >
            Rename or set type …
          </Menu.Item>
          {!version.locked && (
            <Menu.Item leftSection={<Lock size={15} aria-hidden="true" />} onClick={locking.open}>
              Lock …
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Label>{why ?? "As a job"}</Menu.Label>
          {operations.filter(hasNoButton).map((one) => (
            <Menu.Item key={one.name} disabled={one.changes_version && why !== null} onClick={() => setOperation(one)}>
              {one.title} …
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ImportDialog version={version.id} opened={importing} close={imports.close} />
      {exporting && <ExportDialog version={version} close={exports.close} />}
      <ForkDialog version={version} opened={forking} close={forks.close} />
      {renaming && <RenameDialog version={version} close={renames.close} />}
      {asking && (
        <Confirm
          title={`Lock ${version.name}?`}
          yes="Lock"
          act={() => {
            lock.mutate("lock");
            locking.close();
          }}
          close={locking.close}
        >
          <p>Nothing in it can be changed then, by nobody and by no job, until you or an admin unlock it.</p>
        </Confirm>
      )}
      {operation && (
        <OperationDialog
          key={operation.name}
          version={version}
          operation={operation}
          close={() => setOperation(null)}
        />
      )}
    </>
  );
}
