import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { runChangesQuery } from "../../api/changes";
import type { Change, Run } from "../../api/types";
import { ChangeBody } from "../../changes/ChangeBody";
import { Undo } from "../../changes/Undo";
import { whyNoUndo } from "../../changes/why";
import { useSlowly } from "../../components/clock";
import { Loaded } from "../../components/Loaded";
import { OrgLink } from "../../components/OrgLink";
import { State } from "../../components/State";
import { isLive } from "../../components/status";
import styles from "./Changed.module.css";
import { Panel } from "./Panel";

/** What the run changed in dataset versions, picture by picture, and its undo. */
export function Changed({ run }: { run: Run }) {
  const query = useQuery(runChangesQuery(run.id, isLive(run.status)));
  return (
    <Panel name="What it changed">
      <Loaded query={query} small>
        {({ items }) => (items.length > 0 ? <All run={run} changes={items} /> : <Nothing live={isLive(run.status)} />)}
      </Loaded>
    </Panel>
  );
}

function Nothing({ live }: { live: boolean }) {
  return (
    <State icon={Undo2} title={live ? "It has changed nothing so far" : "It has changed nothing"} small>
      Pictures, shapes, labels and tags that a run changes in dataset versions stand here, with the undo.
    </State>
  );
}

function All({ run, changes }: { run: Run; changes: Change[] }) {
  const now = useSlowly();
  const whys = changes.map((change) => whyNoUndo(change, now));
  const why = whys.includes(null) ? null : (whys[0] ?? null);
  const summary = changes.map((change) => change.summary ?? "many pictures").join(" · ");
  return (
    <>
      <div className={styles.undo}>
        <Undo path={`/runs/${run.id}`} what={changes.some(({ undoes }) => undoes) ? "this undo" : "this job"} summary={summary} why={why} />
      </div>
      {changes.map((change) => (
        <section key={change.id} className={styles.change} aria-label={nameOf(change)}>
          <h2 className={styles.version}>
            {change.version_removed ? (
              <>{nameOf(change)} (removed)</>
            ) : (
              <OrgLink path={`/dataset/${change.version.dataset.id}/version/${change.version.id}/assets`}>{nameOf(change)}</OrgLink>
            )}
          </h2>
          <ChangeBody change={change} />
        </section>
      ))}
    </>
  );
}

const nameOf = ({ version }: Change): string => `${version.dataset.name} / ${version.name}`;
