import { CloseButton, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useEffect, useId, useState } from "react";
import styles from "./Datalake.module.css";

const PAUSE_MS = 350;
const HINTS = ["tag:", "width:>=", "height:>=", "size:>", "type:", "user:me", "after:7d", "before:7d", "metadata:", "picture:no"];

interface Props {
  q: string;
  change: (q: string) => void;
  /** What the server does not understand of it. */
  problem: string | undefined;
}

/** The search box of a datalake; what is typed stands in the address. */
export function DataSearch({ q, change, problem }: Props) {
  const id = useId();
  const [text, setText] = useState(q);
  const [known, setKnown] = useState(q);
  if (known !== q) {
    // the address has changed: by our own typing, or by a link and the way back
    setKnown(q);
    if (q !== text.trim()) setText(q);
  }
  useEffect(() => {
    const typed = text.trim();
    if (typed === q || /(^|\s)\w+:[<>=]*$/.test(typed)) return; // a filter under way waits for its value
    const timer = window.setTimeout(() => change(typed), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, q, change]);
  return (
    <div className={styles.search}>
      <TextInput
        type="search"
        aria-label="Search files"
        placeholder="A part of the name, or tag:street width:>=1000"
        value={text}
        data-search
        leftSection={<Search size={15} aria-hidden="true" />}
        rightSection={text ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => setText("")} /> : null}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && change(text.trim())}
        aria-describedby={problem ? `${id}-problem` : undefined}
      />
      <div className={styles.hints} role="group" aria-label="Filters">
        {HINTS.map((hint) => (
          <button key={hint} type="button" onClick={() => setText(`${text.trim()} ${hint}`.trim())}>
            {hint}
          </button>
        ))}
      </div>
      {problem && (
        <p id={`${id}-problem`} role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}
