import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { ChevronDown, ChevronUp, FoldVertical, List, Regex, Search } from "lucide-react";
import type { LogSection } from "../../api/types";
import { count } from "../../components/numbers";
import styles from "./SearchLog.module.css";
import type { LogSearch } from "./useSearch";

interface Props {
  search: LogSearch;
  sections: LogSection[];
  listed: boolean;
  list: () => void;
}

/** The search field over the whole log: Enter goes on, Shift and Enter go back. */
export function SearchLog({ search, sections, listed, list }: Props) {
  const { step } = search;
  const within = sections.find(({ number }) => number === search.section)?.name;
  const none = search.hits.length === 0;
  return (
    <div className={styles.box}>
      <Search size={14} aria-hidden="true" className={styles.icon} />
      <input
        type="search"
        className={styles.input}
        aria-label="Search the whole log"
        placeholder={within ? `Search in ${within}` : "Search the whole log"}
        value={search.q}
        onChange={(event) => search.setQ(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
          if (event.key !== "Escape") return;
          if (search.q) search.setQ("");
          else event.currentTarget.blur();
        }}
        data-search
      />
      <span className={styles.count} role="status" data-bad={search.error ? true : undefined}>
        {said(search)}
      </span>
      <SectionChoice search={search} sections={sections} />
      <Tooltip label="Regular expression">
        <ActionIcon size={26} aria-label="Regular expression" aria-pressed={search.regex} onClick={() => search.setRegex(!search.regex)}>
          <Regex size={14} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="All hits with the lines around them">
        <ActionIcon size={26} aria-label="List the hits" aria-pressed={listed} disabled={none && !listed} onClick={list}>
          <List size={14} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <ActionIcon size={26} aria-label="Previous hit" disabled={none} onClick={() => step(-1)}>
        <ChevronUp size={16} aria-hidden="true" />
      </ActionIcon>
      <ActionIcon size={26} aria-label="Next hit" disabled={none} onClick={() => step(1)}>
        <ChevronDown size={16} aria-hidden="true" />
      </ActionIcon>
    </div>
  );
}

/** Where to look: in all of the log, or in one of its sections. */
function SectionChoice({ search, sections }: Pick<Props, "search" | "sections">) {
  const { section, setSection } = search;
  if (sections.length === 0 && section === null) return null;
  const name = sections.find(({ number }) => number === section)?.name;
  return (
    <Menu position="bottom-end" width={230}>
      <Tooltip label={section === null ? "Look in one section only" : `Looks in ${name ?? "one section"} only`}>
        <Menu.Target>
          <ActionIcon size={26} aria-label={section === null ? "Section: all" : `Section: ${name ?? section}`} aria-pressed={section !== null}>
            <FoldVertical size={14} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown className={styles.sections}>
        <Menu.Label>Look in</Menu.Label>
        <Menu.RadioGroup value={section === null ? "" : String(section)} onChange={(value) => setSection(value === "" ? null : Number(value))}>
          <Menu.RadioItem value="">The whole log</Menu.RadioItem>
          {sections.map((each) => (
            <Menu.RadioItem key={each.number} value={String(each.number)}>
              {each.name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}

function said({ q, hits, more, at, error, busy }: LogSearch): string {
  if (!q.trim()) return "";
  if (error) return error.message;
  if (busy && !hits.length) return "…";
  if (!hits.length) return "no hit";
  const all = `${count(hits.length)}${more ? "+" : ""}`;
  if (at < 0) return hits.length === 1 ? "1 hit" : `${all} hits`;
  return `${count(at + 1)} of ${all}`;
}
