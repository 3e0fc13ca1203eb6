import { Button, Drawer } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { Check, type LucideIcon, Minus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { BulkAction, BulkResult } from "../../../api/types";
import { Bar } from "../../../components/Bar";
import { useFocusBack } from "../../../components/focus";
import { count, plural } from "../../../components/numbers";
import { ACTIONS, outcome } from "./actions";
import styles from "./ResultPanel.module.css";
import type { Bulk, Work } from "./useBulk";

const GROUPS: { outcome: BulkResult["outcome"]; name: string; icon: LucideIcon }[] = [
  { outcome: "refused", name: "Refused", icon: TriangleAlert },
  { outcome: "done", name: "Done", icon: Check },
  { outcome: "unchanged", name: "Left as they were", icon: Minus },
];

const BACK: Partial<Record<BulkAction, BulkAction>> = { archive: "unarchive", unarchive: "archive" };

/** What became of each of many jobs, the refused ones first, while it is done and afterwards. */
export function ResultPanel({ bulk, work }: { bulk: Bulk; work: Work }) {
  useFocusBack();
  const done = work.results.filter((each) => each.outcome === "done").map((each) => each.job_id);
  const back = BACK[work.action];
  return (
    <Drawer
      opened
      onClose={bulk.close}
      position="right"
      size={460}
      title={titleOf(work, done.length)}
      withCloseButton={!work.busy}
      closeOnEscape={!work.busy}
      closeOnClickOutside={!work.busy}
    >
      <div className={styles.panel}>
        {work.busy ? <Under work={work} hold={bulk.hold} /> : work.rest && <Rest work={work} goOn={bulk.goOn} />}
        {GROUPS.map(({ outcome, ...group }) => (
          <Group key={outcome} {...group} outcome={outcome} results={work.results.filter((each) => each.outcome === outcome)} />
        ))}
        {!work.busy && (
          <div className={styles.buttons}>
            {back && done.length > 0 && (
              <Button variant="subtle" onClick={() => bulk.begin(back, { jobs: done }, done.length)}>
                Undo
              </Button>
            )}
            <Button data-autofocus onClick={bulk.close}>
              Close
            </Button>
          </div>
        )}
      </div>
    </Drawer>
  );
}

function titleOf({ action, of, busy, results }: Work, done: number): string {
  if (!busy) return results.length ? outcome(action, done, results.length) : "No job was reached";
  return of === null ? `${ACTIONS[action].doing} …` : `${ACTIONS[action].doing} ${plural(of, "job")} …`;
}

function Under({ work: { of, results }, hold }: { work: Work; hold: () => void }) {
  const [holding, setHolding] = useState(false);
  return (
    <div className={styles.under}>
      <Bar fraction={of === null ? null : results.length / Math.max(1, of)} label="Jobs" />
      <div className={styles.line}>
        <span role="status">
          {count(results.length)} {of === null ? "so far" : `of ${count(of)}`}
        </span>
        <Button
          size="xs"
          loading={holding}
          onClick={() => {
            setHolding(true);
            hold();
          }}
        >
          Hold
        </Button>
      </div>
    </div>
  );
}

/** It was held, or the server did not answer: what was done stays done, and the rest can follow. */
function Rest({ work: { of, results, error }, goOn }: { work: Work; goOn: () => void }) {
  const left = of === null ? "Others" : plural(Math.max(1, of - results.length), "job");
  return (
    <div className={styles.rest} role="alert" data-failed={error !== null || undefined}>
      <p>
        {error && `${error.message} `}
        {left} {left.startsWith("1 ") ? "was" : "were"} not reached.
      </p>
      <Button size="xs" onClick={goOn}>
        Go on
      </Button>
    </div>
  );
}

const AT_FIRST = 50;

function Group({ name, icon: Icon, outcome, results }: (typeof GROUPS)[number] & { results: BulkResult[] }) {
  const { org = "" } = useParams({ strict: false });
  const [whole, setWhole] = useState(false);
  if (!results.length) return null;
  const shown = whole ? results : results.slice(0, AT_FIRST);
  return (
    <section className={styles.group} data-outcome={outcome} aria-label={name}>
      <h3 className={styles.name}>
        <Icon size={14} aria-hidden="true" /> {name} <span>{count(results.length)}</span>
      </h3>
      <ul>
        {shown.map(({ job_id, name: job, message }) => (
          <li key={job_id} className={styles.result}>
            <Link to="/$org/jobs/$job" params={{ org, job: job_id }} className={styles.job}>
              {job || job_id}
            </Link>
            <span className={styles.message}>{message}</span>
          </li>
        ))}
      </ul>
      {shown.length < results.length && (
        <Button size="xs" variant="subtle" onClick={() => setWhole(true)}>
          Show all {count(results.length)}
        </Button>
      )}
    </section>
  );
}
