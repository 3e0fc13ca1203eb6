/** Whether somebody may run a job again or stop a run; if not, why, in a sentence for the button. */
import type { Job, Role, Run } from "../api/types";
import { isLive } from "../components/status";

export interface Who {
  id: string;
  role: Role;
}

const isAdmin = ({ role }: Who): boolean => role === "admin" || role === "owner";

/** Launched by somebody else, whose runs this person may not touch. */
export const isOthers = (run: Pick<Run, "triggered_by">, who: Who): boolean => run.triggered_by.id !== who.id && !isAdmin(who);

/** Null: nothing stands in the way. */
export function whyNoRerun(job: Pick<Job, "status" | "run_number" | "rerunnable">, run: Pick<Run, "triggered_by">, who: Who): string | null {
  return (
    whyNotOwn(run, who, "run") ??
    (isLive(job.status) ? `Run ${job.run_number} has not ended yet` : job.rerunnable ? null : "This job cannot be run again from here")
  );
}

export const whyNoStop = (run: Pick<Run, "triggered_by">, who: Who): string | null => whyNotOwn(run, who, "stop");

function whyNotOwn(run: Pick<Run, "triggered_by">, who: Who, verb: "run" | "stop"): string | null {
  const again = verb === "run" ? "run it again" : "stop it";
  if (who.role === "viewer") return `A viewer looks on; a member could ${again}. An admin can change your role`;
  if (isOthers(run, who)) return `Only ${run.triggered_by.name} or an admin can ${again}`;
  return null;
}
