/** What an action would come to, as far as the rows tell. The server decides; this is said before one asks it. */
import type { BulkAction, JobRow } from "../../../api/types";
import { count } from "../../../components/numbers";
import { isLive } from "../../../components/status";
import { isOthers, type Who } from "../../may";

type Obstacle = "others" | "ended" | "live" | "elsewhere" | "archived" | "listed";

const SAID: Record<Obstacle, [one: string, many: string]> = {
  others: ["was launched by somebody else: only they or an admin may", "were launched by others: only they or an admin may"],
  ended: ["has ended already", "have ended already"],
  live: ["has not ended yet", "have not ended yet"],
  elsewhere: ["runs elsewhere and is only tracked here", "run elsewhere and are only tracked here"],
  archived: ["is archived already", "are archived already"],
  listed: ["is in the list already", "are in the list already"],
};

export interface Foreseen {
  /** To how many of them it can be done. */
  able: number;
  /** Why not to the others, a sentence for each reason. */
  reasons: string[];
}

export function foresee(action: BulkAction, rows: readonly JobRow[], who: Who): Foreseen {
  const found = new Map<Obstacle, number>();
  for (const row of rows) {
    const obstacle = obstacleOf(action, row, who);
    if (obstacle) found.set(obstacle, (found.get(obstacle) ?? 0) + 1);
  }
  const held = [...found.values()].reduce((sum, number) => sum + number, 0);
  const alone = rows.length === 1;
  return {
    able: rows.length - held,
    reasons: [...found].map(([obstacle, number]) => `${alone ? "It" : count(number)} ${SAID[obstacle][number === 1 ? 0 : 1]}.`),
  };
}

function obstacleOf(action: BulkAction, row: JobRow, who: Who): Obstacle | null {
  const live = isLive(row.status);
  if (action === "stop" && !live) return "ended";
  if (action === "unarchive" && !row.archived) return "listed";
  if (action === "archive" && row.archived) return "archived";
  if ((action === "rerun" || action === "archive") && live) return "live";
  if (action === "rerun" && row.engine === "external") return "elsewhere";
  return isOthers(row, who) ? "others" : null;
}
