import { useQuery } from "@tanstack/react-query";
import { runQuery } from "../../api/jobs";
import type { Run, TimelineEvent } from "../../api/types";
import { useSecond } from "../../components/clock";
import { Loaded } from "../../components/Loaded";
import { Person } from "../../components/Person";
import { Bones } from "../../components/Skeleton";
import { isLive, STATUS_WORD } from "../../components/status";
import { Shape } from "../../components/StatusMark";
import { clock, day, preciseClock, ticking } from "../../components/times";
import { pause, told } from "./events";
import { Panel } from "./Panel";
import styles from "./Timeline.module.css";

/** What happened to the run, when, and by whom; and of one that has not ended, what it waits for. */
export function Timeline({ run }: { run: Run }) {
  const query = useQuery(runQuery(run.id));
  return (
    <Panel name="Timeline">
      <Loaded query={query} waiting={<Bones rows={4} label="Loading the timeline" />} small>
        {({ events = [] }) => (
          <ol className={styles.list}>
            {events.map((event, index) => (
              <Happened key={event.number} event={event} before={events[index - 1]} />
            ))}
            {isLive(run.status) && <Now run={run} since={events.at(-1)?.at ?? run.created_at} />}
          </ol>
        )}
      </Loaded>
    </Panel>
  );
}

function Happened({ event, before }: { event: TimelineEvent; before: TimelineEvent | undefined }) {
  const { text, more, status } = told(event);
  const at = Date.parse(event.at);
  const since = pause(at, before ? Date.parse(before.at) : null);
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
        {since && <span className={styles.since}>{since}</span>}
      </div>
    </li>
  );
}

/** The end of the line: how it stands at this moment. */
function Now({ run, since }: { run: Run; since: string }) {
  const now = useSecond();
  const { stop, no_heartbeat_since, waiting, status } = run;
  const left = stop?.kill_at ? Math.max(0, Math.ceil((Date.parse(stop.kill_at) - now) / 1000)) : null;
  const text =
    left !== null
      ? left > 0
        ? `Stopping; killed in ${left} s if it has not ended`
        : "Being killed"
      : no_heartbeat_since
        ? `No heartbeat since ${clock(Date.parse(no_heartbeat_since))}`
        : STATUS_WORD[status];
  const more = no_heartbeat_since ? "It may still be at work. Its engine is asked; after 15 minutes without a word it is given up." : waiting;
  return (
    <li className={styles.event} data-now>
      <span className={styles.mark}>
        <Shape status={status} />
      </span>
      <div className={styles.words}>
        <div className={styles.text}>{text}</div>
        {more && <p className={styles.more}>{more}</p>}
      </div>
      <div className={styles.when}>
        <span className={styles.since}>for {ticking(Math.max(0, now - Date.parse(since)))}</span>
      </div>
    </li>
  );
}
