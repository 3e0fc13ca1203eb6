import { Button, Popover, Tooltip } from "@mantine/core";
import { Square, Zap } from "lucide-react";
import { useState } from "react";
import { useStop } from "../../api/jobs";
import type { Run } from "../../api/types";
import { useSecond } from "../../components/clock";
import { useKeys } from "../../components/keys";
import styles from "./StopButton.module.css";

const GRACE_S = 30;

interface Props {
  run: Run;
  refused: (error: Error | null) => void;
  /** Why this person may not; null if nothing stands in the way. */
  why: string | null;
}

/** Asks a run to stop; a second press kills it now. */
export function StopButton({ run, refused, why }: Props) {
  const stop = useStop(run.id);
  const [asking, setAsking] = useState(false);
  const ask = (grace_s: number) => {
    setAsking(false);
    refused(null);
    stop.mutate(grace_s, { onError: refused });
  };
  const possible = !why && !run.stop;
  useKeys({ title: "Job", bindings: possible ? [{ keys: ["s"], says: "Stop, after asking", act: () => setAsking(true) }] : [] });
  if (why) return <Off why={why} />;
  if (run.stop) return <KillNow killAt={run.stop.kill_at} kill={() => ask(0)} busy={stop.isPending} />;
  const started = run.status === "RUNNING";
  return (
    <Popover opened={asking} onChange={setAsking} position="bottom-end" width={272} trapFocus returnFocus>
      <Popover.Target>
        <Button leftSection={<Square size={12} aria-hidden="true" />} loading={stop.isPending} onClick={() => setAsking(!asking)}>
          Stop
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Stop this run?">
        <div className={styles.ask}>
          <p>
            {started
              ? `It is asked to end, and killed if it still runs after ${GRACE_S} seconds.`
              : "It has not started, so it stops at once."}
          </p>
          <div className={styles.buttons}>
            <Button size="xs" variant="subtle" onClick={() => setAsking(false)}>
              Let it go on
            </Button>
            <Button size="xs" variant="danger" data-autofocus onClick={() => ask(GRACE_S)}>
              Stop run {run.number}
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** It stays in the order of keys, so that its reason can be read. */
function Off({ why }: { why: string }) {
  return (
    <Tooltip label={why} multiline maw={280}>
      <Button leftSection={<Square size={12} aria-hidden="true" />} data-disabled aria-disabled aria-description={why}>
        Stop
      </Button>
    </Tooltip>
  );
}

function KillNow({ killAt, kill, busy }: { killAt: string | null; kill: () => void; busy: boolean }) {
  const now = useSecond();
  const left = killAt ? Math.max(0, Math.ceil((Date.parse(killAt) - now) / 1000)) : 0;
  return (
    <Button variant="danger" leftSection={<Zap size={13} aria-hidden="true" />} loading={busy} onClick={kill} disabled={left === 0}>
      {left > 0 ? `Kill now · ${left} s` : "Killing"}
    </Button>
  );
}
