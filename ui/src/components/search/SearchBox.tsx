import { CloseButton } from "@mantine/core";
import { Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import styles from "./SearchBox.module.css";
import { complete, type Suggestion } from "./suggestions";

interface Props {
  label: string;
  placeholder: string;
  text: string;
  type: (text: string) => void;
  /** The text is whole: it was entered, or a suggestion completed it. */
  enter: (text: string) => void;
  clear: () => void;
  /** What could be meant by the last word of the text, asked for while the list is open. */
  useSuggestions: (text: string, open: boolean) => Suggestion[];
  /** What is wrong with the text. */
  problem: string | undefined;
  /** It keeps what was asked for from being found; else it is a remark. */
  fails?: boolean;
  /** Stands before the text. */
  children?: ReactNode;
}

/** A text with filters in it, and what could be meant by the word that is typed. */
export function SearchBox({ label, placeholder, text, type, enter, clear, useSuggestions, problem, fails, children }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const suggestions = useSuggestions(text, open);
  const shown = open && suggestions.length > 0;

  const finish = (whole: string) => {
    setOpen(false);
    setChosen(-1);
    enter(whole);
  };
  const take = ({ word, whole }: Suggestion) => {
    const next = complete(text, word);
    if (whole) {
      finish(next);
    } else {
      type(next);
      setChosen(-1);
    }
    input.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const suggestion = shown ? suggestions[chosen] : undefined;
    if (event.key === "Enter") {
      if (suggestion) take(suggestion);
      else finish(text);
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
        {children}
        <input
          ref={input}
          className={styles.input}
          type="search"
          role="combobox"
          autoComplete="off"
          aria-label={label}
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-activedescendant={shown && chosen >= 0 ? `${id}-${chosen}` : undefined}
          aria-describedby={problem ? `${id}-problem` : undefined}
          placeholder={placeholder}
          value={text}
          onChange={(event) => {
            type(event.currentTarget.value);
            setOpen(true);
            setChosen(-1);
          }}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
          data-search
        />
        {text ? <CloseButton size="sm" aria-label="Clear the search" onClick={clear} /> : <kbd className={styles.key}>/</kbd>}
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
        <p id={`${id}-problem`} className={styles.problem} role={fails ? "alert" : "status"} data-fails={fails || undefined}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** From the end to the start and back; -1 is the input itself. */
const around = (place: number, length: number): number => (place < -1 ? length - 1 : place >= length ? -1 : place);
