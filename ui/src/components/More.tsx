import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";

interface Props {
  has: boolean;
  busy: boolean;
  fetch: () => void;
}

/** Loads the next page when it comes into view; a button for those who do not scroll. */
export function More({ has, busy, fetch }: Props) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = mark.current;
    if (!element || !has || busy) return;
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((entry) => entry.isIntersecting)) fetch();
    }, { rootMargin: "600px" });
    watch.observe(element);
    return () => watch.disconnect();
  }, [has, busy, fetch]);
  if (!has) return null;
  return (
    <div ref={mark} style={{ display: "grid", placeItems: "center", padding: 20 }}>
      <Button onClick={fetch} loading={busy}>
        Load more
      </Button>
    </div>
  );
}
