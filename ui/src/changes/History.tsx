import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight, History as Past } from "lucide-react";
import { useId, useState } from "react";
import { historyQuery } from "../api/changes";
import type { Change } from "../api/types";
import { Ago } from "../components/Ago";
import { useSlowly } from "../components/clock";
import { More } from "../components/More";
import { OrgLink } from "../components/OrgLink";
import { Person } from "../components/Person";
import { Bones } from "../components/Skeleton";
import { Failed, State } from "../components/State";
import { ChangeBody } from "./ChangeBody";
import styles from "./History.module.css";
import { Undo } from "./Undo";
import { whyNoUndo } from "./why";

/** Everything that was changed in a version, by jobs and by hand, newest first. */
export function History({ version }: { version: string }) {
  const query = useInfiniteQuery(historyQuery(version));
  if (query.isPending) return <Bones rows={5} label="Loading the history" />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const changes = query.data.pages.flatMap((page) => page.items);
  if (changes.length === 0)
    return (
      <State icon={Past} title="Nothing was changed yet" small>
        Imports, edits and all other changes of this version will be listed here, each with its undo.
      </State>
    );
  return (
    <>
      <ol className={styles.list} aria-label="History">
        {changes.map((change) => (
          <Line key={change.id} change={change} />
        ))}
      </ol>
      <More has={query.hasNextPage} busy={query.isFetchingNextPage} fetch={() => void query.fetchNextPage()} />
    </>
  );
}

function Line({ change }: { change: Change }) {
  const [opened, setOpened] = useState(false);
  const body = useId();
  const made = change.numbers?.exists === true && !change.job && !change.undoes;
  const why = whyNoUndo(change, useSlowly());
  return (
    <li className={styles.line} data-undone={change.undone_by ? true : undefined}>
      <div className={styles.head}>
        <button type="button" className={styles.open} aria-expanded={opened} aria-controls={body} onClick={() => setOpened(!opened)}>
          <ChevronRight size={15} aria-hidden="true" />
          <span className={styles.what}>
            {change.undoes && <span className={styles.mark}>Undo: </span>}
            {change.summary ?? "Many pictures"}
          </span>
        </button>
        <div className={styles.undo}>
          {!made && (
            <Undo path={`/changes/${change.id}`} what={change.undoes ? "this undo" : "this change"} summary={change.summary} why={why} />
          )}
        </div>
      </div>
      <p className={styles.who}>
        {change.by && <Person user={change.by} />}
        {change.job && <OrgLink path={`/jobs/${change.job.id}`}>{change.job.name}</OrgLink>}
        <Ago at={change.at} />
      </p>
      {opened && (
        <div id={body} className={styles.body}>
          <ChangeBody change={change} />
        </div>
      )}
    </li>
  );
}
