import { AskBulk } from "./AskBulk";
import { ResultPanel } from "./ResultPanel";
import type { ManyJobs } from "./useManyJobs";

/** The question before, and what became of it. */
export function BulkDialogs({ many: { question, who, yes, no, bulk } }: { many: ManyJobs }) {
  return (
    <>
      {question && <AskBulk question={question} who={who} yes={yes} close={no} />}
      {bulk.work && <ResultPanel bulk={bulk} work={bulk.work} />}
    </>
  );
}
