import { NumberInput, TagsInput } from "@mantine/core";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Label, VersionDetail } from "../../api/types";
import { useTags } from "../../api/versions";
import { QueryBox } from "../../components/search/QueryBox";
import type { Language } from "../../components/search/suggestions";
import type { FilterSearch } from "./filters";
import styles from "./Gallery.module.css";

const PAUSE_MS = 300;

interface Props {
  version: VersionDetail;
  filter: FilterSearch;
  change: (changes: FilterSearch) => void;
  /** What the server does not understand of it. */
  problem: string | undefined;
}

/** Which pictures are shown, beside the labels: by a text, tags and number of shapes. */
export function Filters({ version: { id, labels }, filter, change, problem }: Props) {
  const tags = useTags(id);
  const language = useMemo(() => languageOf(labels, tags), [labels, tags]);
  const ask = useCallback((q: string) => change({ q: q || undefined }), [change]);
  return (
    <>
      <div className={styles.search}>
        <QueryBox
          label="Search pictures"
          placeholder="A part of the name, or -label:apple shapes:1..3"
          language={language}
          q={filter.q ?? ""}
          change={ask}
          problem={problem}
        />
      </div>
      <TagsInput
        className={styles.tags}
        aria-label="With one of these tags"
        placeholder={filter.tag ? "" : "Tags"}
        data={tags}
        value={filter.tag ?? []}
        onChange={(tag) => change({ tag: tag.length ? tag : undefined })}
      />
      <Shapes name="At least so many shapes" placeholder="Min shapes" value={filter.min} change={(min) => change({ min })} />
      <Shapes name="At most so many shapes" placeholder="Max shapes" value={filter.max} change={(max) => change({ max })} />
    </>
  );
}

const PIXELS = "1920, >=1000, <500 or 640..1920";

const languageOf = (labels: readonly Label[], tags: string[]): Language => ({
  label: { hint: "the name of a label; -label: without it", values: labels.map(({ name }) => name) },
  tag: { hint: "the name of a tag", values: tags },
  shapes: { hint: "0, >=10 or 1..3" },
  is: { hint: "annotated; -is:annotated", values: ["annotated"] },
  name: { hint: "a part of the file's name" },
  width: { hint: PIXELS },
  height: { hint: PIXELS },
});

interface ShapesProps {
  name: string;
  placeholder: string;
  value: string | undefined;
  change: (value: string | undefined) => void;
}

function Shapes({ name, placeholder, value, change }: ShapesProps) {
  return (
    <Settling value={value ?? ""} settle={(text) => change(text || undefined)}>
      {(text, setText) => (
        <NumberInput
          className={styles.number}
          aria-label={name}
          placeholder={placeholder}
          min={0}
          max={999_999_999}
          allowDecimal={false}
          value={text}
          onChange={(typed) => setText(String(typed))}
        />
      )}
    </Settling>
  );
}

interface SettlingProps {
  value: string;
  settle: (text: string) => void;
  children: (text: string, setText: (text: string) => void) => React.ReactNode;
}

/** What is typed counts after a pause. A change of `value` that did not come from here is shown. */
function Settling({ value, settle, children }: SettlingProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    if (value !== text.trim()) setText(value);
  }
  useEffect(() => {
    const typed = text.trim();
    if (typed === value) return;
    const timer = window.setTimeout(() => settle(typed), PAUSE_MS);
    return () => window.clearTimeout(timer);
    // `settle` is another function with each drawing; what it does stays the same
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, value]);
  return children(text, setText);
}
