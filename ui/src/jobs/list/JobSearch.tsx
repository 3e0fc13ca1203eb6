import { useEffect, useState } from "react";
import type { JobFilters } from "../../api/jobs";
import { Chip } from "../../components/search/Chip";
import { SearchBox } from "../../components/search/SearchBox";
import { chipsOf, isQualifier, read } from "./filters";
import { useSuggestions } from "./suggestions";

interface Props {
  filters: JobFilters;
  change: (filters: JobFilters) => void;
}

const PAUSE_MS = 250;

/** Free text and typed filters; what is filtered already stands before the text as chips. */
export function JobSearch({ filters, change }: Props) {
  const [text, setText] = useState(filters.search ?? "");
  const [known, setKnown] = useState(filters.search);
  if (known !== filters.search) {
    // the address has changed: by our own typing, or by a link and the way back
    setKnown(filters.search);
    if ((filters.search ?? "") !== text.trim()) setText(filters.search ?? "");
  }
  const typed = text.trim();

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
    change(understood);
  };
  return (
    <SearchBox
      label="Search jobs"
      placeholder="Search, or filter: status:failure user:me"
      text={text}
      type={setText}
      enter={enter}
      clear={() => {
        setText("");
        change({ ...filters, search: undefined });
      }}
      useSuggestions={useSuggestions}
      problem={read(typed, filters).problem}
    >
      {chipsOf(filters).map((chip) => (
        <Chip key={chip.text} text={chip.text} drop={() => change(chip.without)} />
      ))}
    </SearchBox>
  );
}
