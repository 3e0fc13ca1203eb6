import type { JobFilters } from "../../../api/jobs";
import type { BulkAction, JobRow } from "../../../api/types";
import { Confirm } from "../../../components/Confirm";
import { plural } from "../../../components/numbers";
import type { Who } from "../../may";
import { chipsOf, TYPE_NAME } from "../filters";
import { ACTIONS } from "./actions";
import styles from "./AskBulk.module.css";
import { foresee } from "./foresee";

/** What is to be done, and to which jobs: these rows, or all that the filters find. */
export interface Question {
  action: BulkAction;
  rows: JobRow[] | null;
  filters: JobFilters;
  /** How many these are, as people read it. */
  number: string;
}

interface Props {
  question: Question;
  who: Who;
  yes: () => void;
  close: () => void;
}

/** Asks before many jobs are touched: how many, what happens to them, which of them stay as they are. */
export function AskBulk({ question, who, yes, close }: Props) {
  const { action, rows, number } = question;
  const { verb, meaning } = ACTIONS[action];
  const foreseen = rows && foresee(action, rows, who);
  const possible = !foreseen || foreseen.able > 0;
  const jobs = foreseen ? plural(foreseen.able, "job") : `${number} jobs`;
  return (
    <Confirm title={titleOf(question)} yes={possible ? `${verb} ${jobs}` : undefined} danger={action === "stop"} act={yes} close={close}>
      {!rows && <Which question={question} />}
      {possible && <p>{meaning}</p>}
      {foreseen?.reasons.map((reason) => (
        <p key={reason} className={styles.reason}>
          {reason}
        </p>
      ))}
      {!rows && <p className={styles.reason}>Those that this cannot be done to stay as they are, and are listed with the reason.</p>}
    </Confirm>
  );
}

function titleOf({ action, rows, number }: Question): string {
  const { verb } = ACTIONS[action];
  const [only, second] = rows ?? [];
  return only && !second ? `${verb} “${only.name}”?` : `${verb} ${rows ? plural(rows.length, "job") : `all ${number} jobs`}?`;
}

/** The filters in words, as nobody has seen all of these jobs. */
function Which({ question: { filters } }: { question: Question }) {
  const words = [
    ...(filters.type ? [TYPE_NAME[filters.type]] : []),
    ...chipsOf(filters).map(({ text }) => text),
    ...(filters.search ? [`“${filters.search}”`] : []),
  ];
  if (!words.length) return <p>Every job of the organization, also those that are not shown yet.</p>;
  return (
    <div>
      <p>All that these filters find, also what is not shown yet:</p>
      <ul className={styles.filters}>
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </div>
  );
}
