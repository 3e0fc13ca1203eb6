import { Button } from "@mantine/core";
import type { LogLine, Stream } from "../../api/types";
import { count } from "../../components/numbers";
import { marked, plain, visible } from "./ansi";
import styles from "./HitList.module.css";
import { useHits } from "./useHits";
import type { LogSearch } from "./useSearch";

const LONGEST = 300; // characters of a line

interface Props {
  run: string;
  stream: Stream | null;
  search: LogSearch;
  goTo: (line: number) => void;
}

/** The hits one below the other, each with the lines around it and a link to its place. */
export function HitList({ run, stream, search, goTo }: Props) {
  const { q, regex, section, pattern } = search;
  const query = useHits(run, { q: q.trim(), regex, stream, section, limit: 50, around: 2 });
  const hits = query.data?.pages.flatMap((page) => page.hits) ?? [];
  return (
    <aside className={styles.list} aria-label="Hits" tabIndex={0}>
      {hits.map((hit) => (
        <a
          key={hit.n}
          className={styles.hit}
          href={`#L${hit.n}`}
          onClick={(event) => {
            event.preventDefault();
            goTo(hit.n);
          }}
        >
          {[...(hit.before ?? []), hit, ...(hit.after ?? [])].map((line) => (
            <Line key={line.n} line={line} pattern={line.n === hit.n ? pattern : null} is={line.n === hit.n} />
          ))}
        </a>
      ))}
      {query.isError && <p className={styles.none}>{query.error.message}</p>}
      {query.isSuccess && !hits.length && !query.hasNextPage && <p className={styles.none}>No line says this.</p>}
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          More hits
        </Button>
      )}
    </aside>
  );
}

function Line({ line, pattern, is }: { line: LogLine; pattern: RegExp | null; is: boolean }) {
  const text = visible(plain(line.text)).slice(0, LONGEST);
  return (
    <span className={styles.line} data-is={is || undefined}>
      <span className={styles.number}>{count(line.n)}</span>
      <code className={styles.text}>
        {marked([{ text }], pattern).map((piece, index) =>
          piece.mark ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
        )}
      </code>
    </span>
  );
}
