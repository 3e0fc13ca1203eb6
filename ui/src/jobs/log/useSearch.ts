import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useMemo, useState } from "react";
import type { LogHit } from "../../api/types";
import { patternOf } from "./ansi";
import { useHits } from "./useHits";
import type { useShown } from "./useShown";

const PAUSE_MS = 250;
const AT_ONCE = 500;

export interface LogSearch {
  q: string;
  regex: boolean;
  section: number | null;
  setQ: (q: string) => void;
  setRegex: (regex: boolean) => void;
  setSection: (section: number | null) => void;
  pattern: RegExp | null;
  hits: LogHit[];
  /** There are more hits than were fetched. */
  more: boolean;
  at: number;
  error: Error | null;
  busy: boolean;
  /** Goes to the next or the previous hit. */
  step: (by: 1 | -1) => void;
}

/** Search over the whole log, on the server; here only the hits and where one stands among them. */
export function useLogSearch(
  run: string,
  [{ stream, q: asked, regex, section }, show]: ReturnType<typeof useShown>,
  goTo: (line: number) => void,
): LogSearch {
  const [q, setQ] = useTyped(asked, show);
  const [wanted] = useDebouncedValue(q.trim(), PAUSE_MS);
  const [place, setPlace] = useState({ key: "", at: -1 });
  const query = useHits(run, { q: wanted, regex, stream, section, limit: AT_ONCE });
  const pattern = useMemo(() => patternOf(wanted, regex), [wanted, regex]);
  const key = `${wanted}/${regex}/${stream ?? ""}/${section ?? ""}`;
  const hits = useMemo(
    () => (wanted && !query.isError ? (query.data?.pages.flatMap((page) => page.hits) ?? []) : []),
    [wanted, query.isError, query.data],
  );
  const at = place.key === key ? place.at : -1;
  const more = query.hasNextPage;

  const choose = (index: number, known: LogHit[] = hits) => {
    const hit = known[index];
    if (!hit) return;
    setPlace({ key, at: index });
    goTo(hit.n);
  };
  const step = (by: 1 | -1) => {
    if (!hits.length) return;
    if (at < 0) choose(by > 0 ? 0 : hits.length - 1);
    else if (at + by < hits.length || !more) choose((at + by + hits.length) % hits.length);
    else void query.fetchNextPage().then(({ data }) => choose(at + by, data?.pages.flatMap((page) => page.hits)));
  };
  return {
    q,
    regex,
    section,
    setQ,
    setRegex: (is) => show({ regex: is }),
    setSection: (number) => show({ section: number }),
    pattern,
    hits,
    more,
    at,
    error: wanted ? query.error : null,
    busy: wanted !== "" && query.isFetching,
    step,
  };
}

/** A text as it is typed; the address follows when one pauses, and takes over when somebody else changes it. */
function useTyped(asked: string, show: ReturnType<typeof useShown>[1]): [string, (text: string) => void] {
  const [text, setText] = useState(asked);
  const [told, setTold] = useState(asked);
  const [known, setKnown] = useState(asked);
  if (known !== asked) {
    setKnown(asked);
    if (asked !== told) {
      setTold(asked);
      setText(asked);
    }
  }
  useEffect(() => {
    if (text.trim() === told) return;
    const timer = window.setTimeout(() => {
      setTold(text.trim());
      show({ q: text.trim() });
    }, PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text, told, show]);
  return [text, setText];
}
