/** What can be done to many jobs at once, in the words of the page. */
import { Archive, ArchiveRestore, type LucideIcon, RotateCw, Square } from "lucide-react";
import type { JobFilters } from "../../../api/jobs";
import type { BulkAction } from "../../../api/types";
import { count, plural } from "../../../components/numbers";

interface Words {
  /** On its button, and before the number of jobs. */
  verb: string;
  doing: string;
  /** 3 jobs … */
  done: string;
  /** What is going to happen. */
  meaning: string;
  icon: LucideIcon;
}

export const ACTIONS: Record<BulkAction, Words> = {
  rerun: {
    verb: "Re-run",
    doing: "Running again",
    done: "run again",
    meaning: "Each gets a new run, with the parameters and inputs of its newest one.",
    icon: RotateCw,
  },
  stop: {
    verb: "Stop",
    doing: "Stopping",
    done: "asked to stop",
    meaning: "What waits stops at once. What runs is asked to end, and killed if it still runs after 30 seconds.",
    icon: Square,
  },
  archive: {
    verb: "Archive",
    doing: "Archiving",
    done: "archived",
    meaning: "They leave the list and keep their record. The filter archived:yes finds them.",
    icon: Archive,
  },
  unarchive: {
    verb: "Unarchive",
    doing: "Bringing back",
    done: "brought back",
    meaning: "They come back to the list.",
    icon: ArchiveRestore,
  },
};

/** The actions that make sense for what the filters show. */
export function offered({ archived }: JobFilters): BulkAction[] {
  if (archived === "yes") return ["rerun", "unarchive"];
  return archived === "any" ? ["rerun", "stop", "archive", "unarchive"] : ["rerun", "stop", "archive"];
}

/** 9 of 12 jobs archived */
export function outcome(action: BulkAction, done: number, of: number): string {
  const { done: word } = ACTIONS[action];
  if (done === of) return `${plural(of, "job")} ${word}`;
  return `${done ? count(done) : "None"} of ${plural(of, "job")} ${word}`;
}
