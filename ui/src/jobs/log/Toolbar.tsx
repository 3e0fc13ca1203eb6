import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { CircleArrowDown, CircleArrowUp, Clock, Download, Filter, Maximize2, Minimize2, WrapText } from "lucide-react";
import { logFile } from "../../api/log";
import type { LogSection, Run, Stream } from "../../api/types";
import { plural } from "../../components/numbers";
import { SearchLog } from "./SearchLog";
import { type LogSettings, type Timestamps, TIMESTAMPS } from "./settings";
import styles from "./Toolbar.module.css";
import type { LogSearch } from "./useSearch";

const WORD: Record<Timestamps, string> = {
  off: "No times",
  utc: "UTC",
  local: "Local time",
  relative: "Since the start",
};

interface Props {
  run: Run;
  search: LogSearch;
  sections: LogSection[];
  listed: boolean;
  list: () => void;
  settings: LogSettings;
  change: (settings: Partial<LogSettings>) => void;
  streams: Partial<Record<Stream, number>>;
  stream: Stream | null;
  choose: (stream: Stream | null) => void;
  errors: { said: string; step: (by: 1 | -1) => Promise<void> };
  full: boolean;
  setFull: (full: boolean) => void;
}

/** Search, errors, streams, times, wrapping, full screen, download. */
export function Toolbar({ run, search, sections, listed, list, settings, change, errors, full, setFull, ...filter }: Props) {
  return (
    <div className={styles.bar}>
      <SearchLog search={search} sections={sections} listed={listed} list={list} />
      {errors.said && (
        <span className={styles.said} role="status">
          {errors.said}
        </span>
      )}
      <Tooltip label="Previous error (E)">
        <ActionIcon size={34} aria-label="Previous error" onClick={() => void errors.step(-1)}>
          <CircleArrowUp size={16} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Next error (e)">
        <ActionIcon size={34} aria-label="Next error" onClick={() => void errors.step(1)}>
          <CircleArrowDown size={16} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <StreamFilter {...filter} />
      <Menu position="bottom-end" width={176}>
        <Tooltip label="Times (t)">
          <Menu.Target>
            <ActionIcon size={34} aria-label={`Times: ${WORD[settings.timestamps]}`}>
              <Clock size={16} aria-hidden="true" />
            </ActionIcon>
          </Menu.Target>
        </Tooltip>
        <Menu.Dropdown>
          <Menu.Label>Times</Menu.Label>
          <Menu.RadioGroup value={settings.timestamps} onChange={(value) => change({ timestamps: value as Timestamps })}>
            {TIMESTAMPS.map((value) => (
              <Menu.RadioItem key={value} value={value}>
                {WORD[value]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={full ? "Leave full screen (f)" : "Full screen (f)"}>
        <ActionIcon size={34} aria-label="Full screen" aria-pressed={full} onClick={() => setFull(!full)}>
          {full ? <Minimize2 size={16} aria-hidden="true" /> : <Maximize2 size={16} aria-hidden="true" />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Wrap long lines (w)">
        <ActionIcon size={34} aria-label="Wrap long lines" aria-pressed={settings.wrap} onClick={() => change({ wrap: !settings.wrap })}>
          <WrapText size={16} aria-hidden="true" />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end" width={208}>
        <Tooltip label="Download">
          <Menu.Target>
            <ActionIcon size={34} aria-label="Download the log">
              <Download size={16} aria-hidden="true" />
            </ActionIcon>
          </Menu.Target>
        </Tooltip>
        <Menu.Dropdown>
          <Menu.Item component="a" href={logFile(run.id, "text", false)} download>
            Text
          </Menu.Item>
          <Menu.Item component="a" href={logFile(run.id, "text", true)} download>
            Text with times
          </Menu.Item>
          <Menu.Item component="a" href={logFile(run.id, "json", true)} download>
            JSON, a line each
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function StreamFilter({ streams, stream, choose }: Pick<Props, "streams" | "stream" | "choose">) {
  const known = (Object.keys(streams) as Stream[]).filter((name) => streams[name]);
  if (known.length < 2 && !stream) return null;
  return (
    <Menu position="bottom-end" width={190}>
      <Tooltip label="Streams">
        <Menu.Target>
          <ActionIcon size={34} aria-label={stream ? `Only ${stream}` : "All streams"} aria-pressed={stream !== null}>
            <Filter size={16} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
      </Tooltip>
      <Menu.Dropdown>
        <Menu.Label>Show</Menu.Label>
        <Menu.RadioGroup value={stream ?? ""} onChange={(value) => choose((value || null) as Stream | null)}>
          <Menu.RadioItem value="">All lines</Menu.RadioItem>
          {known.map((name) => (
            <Menu.RadioItem key={name} value={name}>
              {name}, {plural(streams[name] ?? 0, "line")}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
