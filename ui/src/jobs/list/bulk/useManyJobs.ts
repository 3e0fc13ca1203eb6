import { useState } from "react";
import type { JobFilters } from "../../../api/jobs";
import { useMay, useSession } from "../../../api/session";
import type { BulkAction, JobRow } from "../../../api/types";
import { count } from "../../../components/numbers";
import type { Who } from "../../may";
import type { Found } from "../useFound";
import { type RowSelection, useSelection } from "../useSelection";
import type { Question } from "./AskBulk";
import { type Bulk, useBulk } from "./useBulk";

export interface ManyJobs {
  chosen: RowSelection;
  found: Found;
  who: Who;
  /** Nothing is done before it is answered. */
  question: Question | null;
  ask: (action: BulkAction) => void;
  /** Asks about what is chosen, else about this job. */
  rerun: (job: string | undefined) => void;
  yes: () => void;
  no: () => void;
  bulk: Bulk;
}

/** Choosing jobs and doing one thing to all of them; null for those who only look on. */
export function useManyJobs(filters: JobFilters, rows: JobRow[], found: Found): ManyJobs | null {
  const { user, role } = useSession();
  const may = useMay("member");
  const chosen = useSelection(rows, JSON.stringify(filters));
  const [question, setQuestion] = useState<Question | null>(null);
  const bulk = useBulk();
  if (!may) return null;

  const askOf = (action: BulkAction, some: JobRow[] | null) =>
    setQuestion({ action, rows: some, filters, number: some ? count(some.length) : (found.text ?? "") });
  const ask = (action: BulkAction) => askOf(action, chosen.selection.all ? null : chosen.rows);
  return {
    chosen,
    found,
    who: { id: user.id, role },
    question,
    ask,
    rerun: (job) => {
      const row = rows.find(({ id }) => id === job);
      if (chosen.rows.length) ask("rerun");
      else if (row) askOf("rerun", [row]);
    },
    yes: () => {
      if (!question) return;
      const { action, rows: named } = question;
      setQuestion(null);
      if (named) bulk.begin(action, { jobs: named.map(({ id }) => id) }, named.length);
      else bulk.begin(action, { filter: question.filters }, found.exact);
      chosen.clear();
    },
    no: () => setQuestion(null),
    bulk,
  };
}
