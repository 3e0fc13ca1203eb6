import { useQuery } from "@tanstack/react-query";
import { runQuery } from "../../api/jobs";
import type { Run, TimelineEvent } from "../../api/types";
import { Person } from "../../components/Person";
import { Bones } from "../../components/Skeleton";
import { Failed } from "../../components/State";
import { Shape } from "../../components/StatusMark";
import { day, duration, preciseClock } from "../../components/times";
import { told } from "./events";
import panel from "./Panel.module.css";
import styles from "./Timeline.module.css";

/** What happened to the run, when, and by whom. */
export function Timeline({ run }: { run: Run }) {
  const query = useQuery(runQuery(run.id));
  if (query.isPending) return <Bones rows={4} label="Loading the timeline" />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} small />;
  const events = query.data.events ?? [];
  return (
    <div className={panel.panel}>
      <ol className={styles.list}>
        {events.map((event, index) => (
          <Happened key={event.number} event={event} before={events[index - 1]} />
        ))}
      </ol>
    </div>
  );
}

function Happened({ event, before }: { event: TimelineEvent; before: TimelineEvent | undefined }) {
  const { text, more, status } = told(event);
  const at = Date.parse(event.at);
  const since = before ? at - Date.parse(before.at) : null;
  return (
    <li className={styles.event}>
      <span className={styles.mark}>{status ? <Shape status={status} still /> : <span className={styles.dot} />}</span>
      <div className={styles.words}>
        <div className={styles.text}>
          {text}
          {event.user && <Person user={event.user} />}
        </div>
        {more && <p className={styles.more}>{more}</p>}
      </div>
      <div className={styles.when}>
        <time dateTime={event.at} title={day(at)}>
          {preciseClock(at, false)}
        </time>
        {since !== null && since > 0 && <span className={styles.since}>after {duration(since)}</span>}
      </div>
    </li>
  );
}
