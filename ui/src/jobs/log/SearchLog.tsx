import { ActionIcon, Tooltip } from "@mantine/core";
import { ChevronDown, ChevronUp, List, Regex, Search } from "lucide-react";
import { count } from "../../components/numbers";
import styles from "./SearchLog.module.css";
import type { LogSearch } from "./useSearch";

/** The search field over the whole log: Enter goes on, Shift and Enter go back. */
export function SearchLog({ search, listed, list }: { search: LogSearch; listed: boolean; list: () => void }) {
  const { step } = search;
  const none = search.hits.length === 0;
  return (
    <div className={styles.box}>
      <Search size={14} aria-hidden="true" className={styles.icon} />
      <input
        type="search"
        className={styles.input}
        aria-label="Search the whole log"
        placeholder="Search the whole log"
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

function said({ q, hits, more, at, error, busy }: LogSearch): string {
  if (!q.trim()) return "";
  if (error) return error.message;
  if (busy && !hits.length) return "…";
  if (!hits.length) return "no hit";
  const all = `${count(hits.length)}${more ? "+" : ""}`;
  if (at < 0) return hits.length === 1 ? "1 hit" : `${all} hits`;
  return `${count(at + 1)} of ${all}`;
}
