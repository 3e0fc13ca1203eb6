import { NumberInput, TagsInput, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import type { FilterSearch } from "./filters";
import styles from "./Gallery.module.css";

const PAUSE_MS = 300;

interface Props {
  filter: FilterSearch;
  change: (changes: FilterSearch) => void;
}

/** Which pictures are shown, beside the labels: by name, tag and number of shapes. */
export function Filters({ filter, change }: Props) {
  return (
    <>
      <Settling value={filter.search ?? ""} settle={(search) => change({ search: search || undefined })}>
        {(text, setText) => (
          <TextInput
            className={styles.search}
            type="search"
            data-search
            aria-label="Search file names"
            placeholder="Search file names"
            leftSection={<Search size={15} aria-hidden="true" />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Settling>
      <TagsInput
        className={styles.tags}
        aria-label="With one of these tags"
        placeholder={filter.tag ? "" : "Tags"}
        value={filter.tag ?? []}
        onChange={(tag) => change({ tag: tag.length ? tag : undefined })}
      />
      <Shapes name="At least so many shapes" placeholder="Min shapes" value={filter.min} change={(min) => change({ min })} />
      <Shapes name="At most so many shapes" placeholder="Max shapes" value={filter.max} change={(max) => change({ max })} />
    </>
  );
}

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
