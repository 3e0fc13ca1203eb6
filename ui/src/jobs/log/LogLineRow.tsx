import { memo, useMemo } from "react";
import type { LogLine } from "../../api/types";
import { count } from "../../components/numbers";
import { exact, preciseClock, since } from "../../components/times";
import { marked, parse, type Piece } from "./ansi";
import styles from "./LogLineRow.module.css";
import type { Timestamps } from "./settings";

const OPEN = 2000; // characters of an open line

interface Props {
  /** Its place in what is shown; its number is the line's own. */
  n: number;
  /** Missing while it is on its way. */
  line: LogLine | undefined;
  timestamps: Timestamps;
  start: number;
  pattern: RegExp | null;
  here: boolean;
  hit: boolean;
  mark: (line: number, extend: boolean) => void;
  whole: (place: number) => void;
}

/** One line: its number is its address. */
export const LogLineRow = memo(function LogLineRow({ n, line, timestamps, start, pattern, here, hit, mark, whole }: Props) {
  const at = line ? Date.parse(line.at) : 0;
  const number = line?.n ?? n;
  return (
    <div className={styles.line} data-stream={line?.stream} data-here={here || undefined} data-hit={hit || undefined} data-line={number}>
      <a
        className={styles.number}
        href={`#L${number}`}
        tabIndex={-1}
        aria-label={line ? undefined : "Number of a line that is on its way"}
        onClick={(event) => {
          event.preventDefault();
          mark(number, event.shiftKey);
        }}
      >
        {line ? count(number) : ""}
      </a>
      {timestamps !== "off" && (
        <span className={styles.time} data-relative={timestamps === "relative" || undefined} title={line && exact(at)}>
          {line && stamp(at, timestamps, start)}
        </span>
      )}
      <Rail stream={line?.stream} />
      <code className={styles.text}>
        {line ? <Text text={line.text} pattern={pattern} /> : <span className={styles.bone} />}
        {line && (line.more ?? 0) > 0 && (
          <button type="button" className={styles.more} onClick={() => whole(n)}>
            show {count(line.more ?? 0)} more characters
          </button>
        )}
        {line?.partial && !line.more && (
          <span className={styles.goes} title="The line goes on below">
            ↩
          </span>
        )}
      </code>
    </div>
  );
});

/** Tells stderr apart, by a sign as well as by colour. */
function Rail({ stream }: { stream: string | undefined }) {
  if (stream !== "stderr") return <span className={styles.rail} />;
  return (
    <span className={styles.rail} title="stderr" role="img" aria-label="stderr">
      !
    </span>
  );
}

/** A line that is still being written: a progress bar, a prompt. It has no number yet. */
export function OpenRow({ stream, text, timestamps }: { stream: string; text: string; timestamps: Timestamps }) {
  return (
    <div className={styles.line} data-stream={stream} data-open>
      <span className={styles.number} aria-hidden="true">
        •
      </span>
      {timestamps !== "off" && <span className={styles.time} data-relative={timestamps === "relative" || undefined} />}
      <Rail stream={stream} />
      <code className={styles.text}>
        <Text text={text.length > OPEN ? `${text.slice(0, OPEN)} …` : text} pattern={null} />
      </code>
    </div>
  );
}

function stamp(at: number, timestamps: Timestamps, start: number): string {
  return timestamps === "relative" ? since(at - start) : preciseClock(at, timestamps === "utc");
}

function Text({ text, pattern }: { text: string; pattern: RegExp | null }) {
  const pieces = useMemo(() => marked(parse(text), pattern), [text, pattern]);
  return pieces.map((piece, index) => <Span key={index} piece={piece} />);
}

function Span({ piece }: { piece: Piece }) {
  const { text, mark, href, ...style } = piece;
  const content = mark ? <mark className={styles.mark}>{text}</mark> : text;
  if (href) {
    return (
      <a className={styles.link} href={href} target="_blank" rel="noreferrer noopener" style={css(style)}>
        {content}
      </a>
    );
  }
  return Object.keys(style).length ? <span style={css(style)}>{content}</span> : content;
}

function css({ fg, bg, bold, dim, italic, underline, strike, inverse }: Omit<Piece, "text">): React.CSSProperties {
  const lines = [underline && "underline", strike && "line-through"].filter(Boolean).join(" ");
  return {
    ...((inverse ? (bg ?? "var(--bg)") : fg) && { color: inverse ? (bg ?? "var(--bg)") : fg }),
    ...((inverse ? (fg ?? "var(--text)") : bg) && { background: inverse ? (fg ?? "var(--text)") : bg }),
    ...(bold && { fontWeight: 700 }),
    ...(dim && { opacity: 0.75 }),
    ...(italic && { fontStyle: "italic" }),
    ...(lines && { textDecoration: lines }),
  };
}
