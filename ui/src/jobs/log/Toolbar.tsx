import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { Clock, Download, WrapText } from "lucide-react";
import { logFile } from "../../api/log";
import type { Run } from "../../api/types";
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
  settings: LogSettings;
  change: (settings: Partial<LogSettings>) => void;
  goTo: (line: number) => void;
}

/** Search, times, wrapping, download. */
export function Toolbar({ run, search, settings, change, goTo }: Props) {
  return (
    <div className={styles.bar}>
      <SearchLog search={search} goTo={goTo} />
      <Menu position="bottom-end" width={176}>
        <Tooltip label="Times">
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
      <Tooltip label="Wrap long lines">
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
