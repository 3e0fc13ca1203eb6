import { Button } from "@mantine/core";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { newerChanges, useUndo } from "../api/changes";
import { useMay } from "../api/session";
import type { NewerChanges } from "../api/types";
import { Confirm } from "../components/Confirm";
import { count } from "../components/numbers";
import { useOpen } from "../components/open";
import { Failed } from "../components/State";
import styles from "./Undo.module.css";

interface Props {
  /** Of a run or of a change, as "/runs/…". */
  path: string;
  /** What is undone, as in "Undo this import?". */
  what: string;
  /** Said of it in a line. */
  summary: string | null;
  /** Why it cannot be undone; null if nothing is known to stand in the way. */
  why: string | null;
  verb?: string;
}

/** Undo, after asking; what others changed since is listed, and may be left as it is. */
export function Undo({ path, what, summary, why, verb = "Undo" }: Props) {
  const [asking, setAsking] = useState(false);
  const undo = useUndo(path);
  const open = useOpen();
  const may = useMay("member");
  if (why !== null || !may) return <p className={styles.why}>{why ?? "A viewer looks on; a member could undo this."}</p>;
  const close = () => {
    setAsking(false);
    undo.reset();
  };
  const start = (keep_newer: boolean) => undo.mutate(keep_newer, { onSuccess: (job) => open(`/jobs/${job.id}`) });
  const standing = newerChanges(undo.error);
  return (
    <>
      <Button size="xs" leftSection={<Undo2 size={14} aria-hidden="true" />} loading={undo.isPending} onClick={() => setAsking(true)}>
        {verb}
      </Button>
      {asking && !undo.error && (
        <Confirm title={`${verb} ${what}?`} yes={undo.isPending ? undefined : verb} act={() => start(false)} close={close}>
          {summary && <p>What it did: {summary}.</p>}
          <p>A job puts everything back as it was before, all at once. It can be undone itself.</p>
        </Confirm>
      )}
      {asking && standing && (
        <Confirm
          title="Newer changes stand on this"
          yes={standing.may_keep ? `Leave ${standing.total === 1 ? "it" : "these"}, undo the rest` : undefined}
          act={() => start(true)}
          close={close}
        >
          <Conflicts standing={standing} />
        </Confirm>
      )}
      {asking && undo.error && !standing && (
        <Confirm title="It was not undone" yes={undefined} act={close} close={close}>
          <Failed error={undo.error} small />
        </Confirm>
      )}
    </>
  );
}

function Conflicts({ standing }: { standing: NewerChanges }) {
  const left = standing.total - standing.conflicts.length;
  return (
    <>
      <p>Nothing was undone. These were changed since:</p>
      <ul className={styles.conflicts} tabIndex={0} aria-label="Newer changes">
        {standing.conflicts.map(({ sentence }) => (
          <li key={sentence}>{sentence}</li>
        ))}
        {left > 0 && <li>And {count(left)} more.</li>}
      </ul>
      {!standing.may_keep && <p>Undo these first; they are in the version’s history.</p>}
    </>
  );
}
