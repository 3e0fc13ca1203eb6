import { CloseButton } from "@mantine/core";
import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useSession } from "../../api/session";
import type { JobFilters } from "../../api/jobs";
import { STATUS_WORD } from "../../components/status";
import { understand } from "./filters";
import styles from "./SearchBox.module.css";

interface Props {
  filters: JobFilters;
  change: (filters: JobFilters) => void;
}

const PAUSE_MS = 250;

/** Free text and typed filters; what is filtered already stands before the text as chips. */
export function SearchBox({ filters, change }: Props) {
  const { user } = useSession();
  const [text, setText] = useState(filters.search ?? "");
  const [known, setKnown] = useState(filters.search);
  if (known !== filters.search) {
    // the address has changed: by our own typing, or by a link and the way back
    setKnown(filters.search);
    if ((filters.search ?? "") !== text.trim()) setText(filters.search ?? "");
  }
  const input = useRef<HTMLInputElement>(null);
  const typed = text.trim();

  useEffect(() => {
    // a qualifier under way ("status:fai") waits for its end
    if (typed === (filters.search ?? "") || /(status|user|object|type|failure):\S*$/i.test(typed)) return;
    const timer = window.setTimeout(() => change(understand(text, filters)), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, text, filters, change]);

  const enter = () => {
    const understood = understand(text.replaceAll(/\buser:me\b/gi, `user:${user.name}`), filters);
    setText(understood.search ?? "");
    change(understood);
  };

  return (
    <div className={styles.box} onClick={() => input.current?.focus()}>
      <Search size={15} aria-hidden="true" className={styles.icon} />
      {filters.status?.map((status) => (
        <Chip
          key={status}
          text={`status: ${STATUS_WORD[status]}`}
          drop={() => change({ ...filters, status: without(filters.status, status) })}
        />
      ))}
      {filters.user && <Chip text={`user: ${filters.user}`} drop={() => change({ ...filters, user: undefined })} />}
      {filters.object && <Chip text="one object" drop={() => change({ ...filters, object: undefined })} />}
      {filters.failure && <Chip text="one failure" drop={() => change({ ...filters, failure: undefined })} />}
      <input
        ref={input}
        className={styles.input}
        type="search"
        aria-label="Search jobs"
        placeholder="Search, or filter: status:failure user:me"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") enter();
          if (event.key === "Escape") input.current?.blur();
        }}
        data-search
      />
      {text ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => change(understand("", filters))} /> : <kbd className={styles.key}>/</kbd>}
    </div>
  );
}

function without<T>(values: T[] | undefined, value: T): T[] | undefined {
  const rest = values?.filter((each) => each !== value);
  return rest?.length ? rest : undefined;
}

function Chip({ text, drop }: { text: string; drop: () => void }) {
  return (
    <button type="button" className={styles.chip} onClick={drop} aria-label={`Remove the filter ${text}`}>
      {text}
      <X size={12} aria-hidden="true" />
    </button>
  );
}
