import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { sameFailureQuery } from "../../api/jobs";
import type { Run } from "../../api/types";
import { useSlowly } from "../../components/clock";
import { plural } from "../../components/numbers";
import { sinceDay } from "../../components/times";
import styles from "./FailureBanner.module.css";

/** Who else has failed so; nothing while nobody has, or nobody knows yet. */
export function SameFailure({ run }: { run: Run }) {
  const { org = "" } = useParams({ strict: false });
  const { data } = useQuery(sameFailureQuery(run.id));
  const now = useSlowly();
  if (!data?.key || !data.jobs || !data.since) return null;
  return (
    <p className={styles.same}>
      The same failure in{" "}
      <Link to="/$org/jobs" params={{ org }} search={{ failure: data.key }}>
        {data.capped ? "more than " : ""}
        {plural(data.jobs, "other job")}
      </Link>{" "}
      since {sinceDay(Date.parse(data.since), now)}
    </p>
  );
}
