import { Button } from "@mantine/core";
import { Pause, Play, RotateCcw } from "lucide-react";
import { Bar } from "../components/Bar";
import { bytes, count, plural } from "../components/numbers";
import styles from "./Datalake.module.css";
import { type Upload, useShown } from "./upload";

const SHOWN = 50;

/** How far an upload is, what it left out, and what was refused. */
export function UploadPanel({ upload }: { upload: Upload }) {
  const shown = useShown(upload);
  if (!shown.files) return null;
  const ended = shown.done === shown.files;
  const left = shown.rate > 0 ? (shown.bytes - shown.doneBytes) / shown.rate : null;
  return (
    <section className={styles.sending} aria-label="Upload">
      <div className={styles.line}>
        <b>{ended ? "Upload ended" : shown.paused ? "Upload paused" : shown.away ? "Waiting for the connection" : "Uploading"}</b>
        <span>
          {count(shown.done)} of {plural(shown.files, "file")} · {bytes(shown.doneBytes)} of {bytes(shown.bytes)}
          {!ended && !shown.paused && shown.rate > 0 && ` · ${bytes(shown.rate)}/s`}
          {!ended && !shown.paused && left !== null && ` · ${lasting(left)} left`}
        </span>
        <span className={styles.buttons}>
          {ended ? (
            <Button size="xs" variant="subtle" onClick={() => upload.clear()}>
              Close
            </Button>
          ) : (
            <Button
              size="xs"
              leftSection={shown.paused ? <Play size={13} aria-hidden="true" /> : <Pause size={13} aria-hidden="true" />}
              onClick={() => upload.setPaused(!shown.paused)}
            >
              {shown.paused ? "Go on" : "Pause"}
            </Button>
          )}
        </span>
      </div>
      {!ended && <Bar fraction={shown.bytes ? shown.doneBytes / shown.bytes : shown.done / shown.files} label="Upload" />}
      <p role="status">
        {plural(shown.sent, "picture")} uploaded
        {shown.there > 0 && `, ${count(shown.there)} there already`}
        {!ended && ". If this tab is closed, drop the same files again: it goes on where it was."}
      </p>
      {shown.duplicates.length > 0 && (
        <div className={styles.notice}>
          <div className={styles.line}>
            <b>{plural(shown.duplicates.length, "file")} left out: the same picture is there under another name</b>
            <Button size="xs" onClick={() => upload.addDuplicates()}>
              Add them all the same
            </Button>
          </div>
          <ul>
            {shown.duplicates.slice(0, SHOWN).map(({ file, of }, at) => (
              <li key={at}>
                {file.name} is {of}
              </li>
            ))}
          </ul>
        </div>
      )}
      {shown.refused.length > 0 && (
        <div className={styles.refused} role="alert">
          <div className={styles.line}>
            <b>{plural(shown.refused.length, "file")} refused</b>
            <Button size="xs" leftSection={<RotateCcw size={13} aria-hidden="true" />} onClick={() => upload.retry()}>
              Try again
            </Button>
          </div>
          <ul>
            {shown.refused.slice(0, SHOWN).map(({ file, error }, at) => (
              <li key={at}>
                {file.name}: {error}
              </li>
            ))}
          </ul>
          {shown.refused.length > SHOWN && <p>and {count(shown.refused.length - SHOWN)} more</p>}
        </div>
      )}
    </section>
  );
}

function lasting(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3600)} h`;
}
