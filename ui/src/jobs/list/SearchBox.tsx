import { CloseButton } from "@mantine/core";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { JobFilters } from "../../api/jobs";
import { chipsOf, isQualifier, read } from "./filters";
import styles from "./SearchBox.module.css";
import { complete, type Suggestion, useSuggestions } from "./suggestions";

interface Props {
  filters: JobFilters;
  change: (filters: JobFilters) => void;
}

const PAUSE_MS = 250;

/** Free text and typed filters; what is filtered already stands before the text as chips. */
export function SearchBox({ filters, change }: Props) {
  const id = useId();
  const [text, setText] = useState(filters.search ?? "");
  const [known, setKnown] = useState(filters.search);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  if (known !== filters.search) {
    // the address has changed: by our own typing, or by a link and the way back
    setKnown(filters.search);
    if ((filters.search ?? "") !== text.trim()) setText(filters.search ?? "");
  }
  const input = useRef<HTMLInputElement>(null);
  const typed = text.trim();
  const suggestions = useSuggestions(text, open);
  const shown = open && suggestions.length > 0;
  const { problem } = read(typed, filters);

  useEffect(() => {
    // a qualifier under way ("status:fai") waits for its end
    const [, last = ""] = /(\w+):\S*$/.exec(typed) ?? [];
    if (typed === (filters.search ?? "") || isQualifier(last.toLowerCase())) return;
    const timer = window.setTimeout(() => change(read(text, filters).filters), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed, text, filters, change]);

  const enter = (whole: string) => {
    const understood = read(whole, filters).filters;
    setText(understood.search ?? "");
    setOpen(false);
    setChosen(-1);
    change(understood);
  };
  const take = ({ word, whole }: Suggestion) => {
    const next = complete(text, word);
    if (whole) {
      enter(next);
    } else {
      setText(next);
      setChosen(-1);
    }
    input.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const suggestion = shown ? suggestions[chosen] : undefined;
    if (event.key === "Enter") {
      if (suggestion) take(suggestion);
      else enter(text);
    } else if (event.key === "Escape") {
      if (shown) setOpen(false);
      else input.current?.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) setOpen(true);
      else setChosen(around(chosen + (event.key === "ArrowDown" ? 1 : -1), suggestions.length));
    } else if (event.key === "Tab" && suggestion) {
      event.preventDefault();
      take(suggestion);
    }
  };

  return (
    <div className={styles.place}>
      <div className={styles.box} onClick={() => input.current?.focus()}>
        <Search size={15} aria-hidden="true" className={styles.icon} />
        {chipsOf(filters).map((chip) => (
          <Chip key={chip.text} text={chip.text} drop={() => change(chip.without)} />
        ))}
        <input
          ref={input}
          className={styles.input}
          type="search"
          role="combobox"
          autoComplete="off"
          aria-label="Search jobs"
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-activedescendant={shown && chosen >= 0 ? `${id}-${chosen}` : undefined}
          aria-describedby={problem ? `${id}-problem` : undefined}
          placeholder="Search, or filter: status:failure user:me"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setOpen(true);
            setChosen(-1);
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
          data-search
        />
        {text ? (
          <CloseButton size="sm" aria-label="Clear the search" onClick={() => change({ ...filters, search: undefined })} />
        ) : (
          <kbd className={styles.key}>/</kbd>
        )}
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label="Filters" className={styles.list} hidden={!shown}>
        {suggestions.map((suggestion, place) => (
          <li
            key={suggestion.word}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className={styles.option}
            // before the input loses the focus
            onMouseDown={(event) => {
              event.preventDefault();
              take(suggestion);
            }}
          >
            {suggestion.word}
            {suggestion.hint && <span className={styles.hint}>{suggestion.hint}</span>}
          </li>
        ))}
      </ul>
      {problem && !shown && (
        <p id={`${id}-problem`} className={styles.problem} role="status">
          {problem}
        </p>
      )}
    </div>
  );
}

/** From the end to the start and back; -1 is the input itself. */
const around = (place: number, length: number): number => (place < -1 ? length - 1 : place >= length ? -1 : place);

function Chip({ text, drop }: { text: string; drop: () => void }) {
  return (
    <button type="button" className={styles.chip} onClick={drop} aria-label={`Remove the filter ${text}`}>
      {text}
      <X size={12} aria-hidden="true" />
    </button>
  );
}
