import { useEffect, useState } from "react";
import { SearchBox } from "./SearchBox";
import { asked, complete, type Language, suggestions } from "./suggestions";

const PAUSE_MS = 350;

interface Props {
  label: string;
  placeholder: string;
  language: Language;
  q: string;
  change: (q: string) => void;
  /** What the server does not understand of it. */
  problem: string | undefined;
}

/** The search box of a list that the server filters by a text; what is typed stands in the address. */
export function QueryBox({ label, placeholder, language, q, change, problem }: Props) {
  const [text, setText] = useState(q);
  const [known, setKnown] = useState(q);
  if (known !== q) {
    // the address has changed: by our own typing, or by a link and the way back
    setKnown(q);
    if (q !== text.trim()) setText(q);
  }
  const enter = (whole: string) => {
    setText(whole);
    change(whole.trim());
  };
  useEffect(() => {
    const typed = text.trim();
    if (typed === q || isUnderWay(typed, language)) return;
    const timer = window.setTimeout(() => change(typed), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, q, change, language]);
  return (
    <SearchBox
      label={label}
      placeholder={placeholder}
      text={text}
      type={setText}
      enter={enter}
      clear={() => enter("")}
      useSuggestions={(typed, open) => (open ? further(typed, language) : [])}
      problem={problem}
      fails
    />
  );
}

/** Without what stands there already: it would lie before what it has found. */
const further = (text: string, language: Language) => suggestions(text, language).filter(({ word }) => complete(text, word) !== text);

/** A filter that waits for its value, or for the rest of one that is known. */
function isUnderWay(text: string, language: Language): boolean {
  if (/(^|\s)-?\w+:[<>=]*$/.test(text)) return true;
  const { name, typed } = asked(text, language);
  const values = ((name && language[name]?.values) || []).map((value) => value.toLowerCase());
  return !values.includes(typed) && values.some((value) => value.startsWith(typed));
}
