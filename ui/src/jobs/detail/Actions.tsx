import { Button, Tooltip } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { type Changes, useRerun } from "../../api/jobs";
import { useMay, useSession } from "../../api/session";
import type { Job, Run } from "../../api/types";
import { Naming } from "../../components/Naming";
import { isLive } from "../../components/status";
import { renamed, takenName } from "./outputName";
import { StopButton } from "./StopButton";
import styles from "./Actions.module.css";

interface Props {
  job: Job;
  run: Run;
  refused: (error: Error | null) => void;
}

/** Stop what runs, run again what ended. */
export function Actions({ job, run, refused }: Props) {
  const member = useMay("member");
  const admin = useMay("admin");
  const mine = useSession().user.id === run.triggered_by.id;
  if (!member) return null;
  return (
    <div className={styles.actions}>
      {isLive(run.status) && (mine || admin) && <StopButton run={run} refused={refused} />}
      {(mine || admin) && <Rerun job={job} refused={refused} />}
    </div>
  );
}

function Rerun({ job, refused }: Omit<Props, "run">) {
  const { org = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  const rerun = useRerun(job.id);
  const live = isLive(job.status);
  const why = live ? `Run ${job.run_number} has not ended yet` : job.rerunnable ? null : "This job cannot be run again from here";
  const taken = takenName(rerun.error);
  const start = (changes: Changes = {}) => {
    refused(null);
    rerun.mutate(changes, {
      onSuccess: (run) => void navigate({ to: "/$org/jobs/$job/runs/$run", params: { org, job: job.id, run: run.id } }),
      onError: (error) => refused(takenName(error) ? null : error),
    });
  };
  return (
    <>
      <Tooltip label={why ?? "Once more, with the same parameters and inputs"}>
        <Button
          variant={live ? "default" : "filled"}
          leftSection={<RotateCw size={14} aria-hidden="true" />}
          data-disabled={why ? true : undefined}
          aria-disabled={why ? true : undefined}
          loading={rerun.isPending}
          onClick={() => !why && start()}
        >
          Re-run
        </Button>
      </Tooltip>
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
