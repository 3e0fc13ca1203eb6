import { Button, Tooltip } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Download, Pencil, RotateCw } from "lucide-react";
import { type ReactNode, useState } from "react";
import { link } from "../../api/client";
import { type Changes, useRerun } from "../../api/jobs";
import { useSession } from "../../api/session";
import type { Job, Run } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { useKeys } from "../../components/keys";
import { Naming } from "../../components/Naming";
import { isLive } from "../../components/status";
import { whyNoRerun, whyNoStop, type Who } from "../may";
import { renamed, takenName } from "./outputName";
import { StopButton } from "./StopButton";
import styles from "./Actions.module.css";

interface Props {
  job: Job;
  run: Run;
  refused: (error: Error | null) => void;
}

/** Stop what runs, run again what ended; who may not is told why. */
export function Actions({ job, run, refused }: Props) {
  const { user, role } = useSession();
  const who: Who = { id: user.id, role };
  const why = whyNoRerun(job, run, who);
  return (
    <div className={styles.actions}>
      <Downloads job={job} run={run} />
      {isLive(run.status) && <StopButton run={run} refused={refused} why={whyNoStop(run, who)} />}
      <Edit why={why} />
      <Rerun job={job} refused={refused} why={why} />
    </div>
  );
}

/** What the run wrote to take along: one file as a button; of several, the result has the list. */
function Downloads({ job, run }: { job: Job; run: Run }) {
  const [file, ...more] = run.result?.downloads ?? [];
  if (!file || more.length > 0) return null;
  return (
    <Button
      component="a"
      href={link(`/jobs/${job.id}/downloads/${encodeURIComponent(file.name)}`)}
      download
      title={file.name}
      leftSection={<Download size={14} aria-hidden="true" />}
    >
      Download
    </Button>
  );
}

interface OffProps {
  why: string | null;
  /** Said of the button while it is on. */
  label: string;
  icon: ReactNode;
  children: ReactNode;
  click: () => void;
  loading?: boolean;
  main?: boolean;
}

/** A button that stays in the order of keys while it is off, so that its reason can be read. */
function OrWhy({ why, label, icon, children, click, loading = false, main = false }: OffProps) {
  return (
    <Tooltip label={why ?? label} multiline maw={280}>
      <Button
        variant={main && !why ? "filled" : "default"}
        leftSection={icon}
        data-disabled={why ? true : undefined}
        aria-disabled={why ? true : undefined}
        aria-description={why ?? undefined}
        loading={loading}
        onClick={() => !why && click()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}

function Edit({ why }: { why: string | null }) {
  const navigate = useNavigate();
  return (
    <OrWhy
      why={why}
      label="Once more, with other parameters, inputs or limits"
      icon={<Pencil size={13} aria-hidden="true" />}
      click={() => void navigate({ to: ".", search: (before) => ({ ...before, edit: "{}" }) })}
    >
      Edit
      <span className={styles.more}> and re-run</span>
    </OrWhy>
  );
}

function Rerun({ job, refused, why }: Omit<Props, "run"> & { why: string | null }) {
  const { org = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const rerun = useRerun(job.id);
  const [asking, setAsking] = useState(false); // a key is pressed more easily by mistake than a button
  useKeys({ title: "Job", bindings: why ? [] : [{ keys: ["r"], says: "Re-run, after asking", act: () => setAsking(true) }] });
  const taken = takenName(rerun.error);
  const start = (changes: Changes = {}) => {
    setAsking(false);
    refused(null);
    rerun.mutate(changes, {
      onSuccess: (run) => void navigate({ to: "/$org/jobs/$job/runs/$run", params: { org, job: job.id, run: run.id } }),
      onError: (error) => refused(takenName(error) ? null : error),
    });
  };
  return (
    <>
      <OrWhy
        main
        why={why}
        label="Once more, with the same parameters and inputs"
        icon={<RotateCw size={14} aria-hidden="true" />}
        loading={rerun.isPending}
        click={() => start()}
      >
        Re-run
      </OrWhy>
      {asking && (
        <Confirm title={`Re-run “${job.name}”?`} yes={`Start run ${job.run_number + 1}`} act={() => start()} close={() => setAsking(false)}>
          With the same parameters and inputs as run {job.run_number}.
        </Confirm>
      )}
      {taken && (
        <Naming
          key={taken.proposal}
          title="Re-run under another name"
          action="Re-run"
          opened
          close={rerun.reset}
          busy={rerun.isPending}
          error={rerun.error}
          proposal={taken.proposal}
          submit={(name) => start(renamed(taken, name))}
        />
      )}
    </>
  );
}
