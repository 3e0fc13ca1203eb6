import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { AllKeys, Key } from "../../components/KeyMap";
import { count } from "../../components/numbers";
import styles from "./Footer.module.css";

interface Props {
  shown: number;
  /** How many there are, as people read it. */
  found: string | undefined;
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** How much of the whole is shown; coming into sight brings more. */
export function Footer({ shown, found, query }: Props) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current || !hasNextPage || isFetchingNextPage) return;
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && void fetchNextPage(), { rootMargin: "600px" });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <footer className={styles.footer} ref={end}>
      <span>
        {count(shown)} of {found ?? "…"}
      </span>
      {hasNextPage && (
        <Button size="xs" variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
      <span className={styles.keys}>
        <span className={styles.some} aria-hidden="true">
          <Key name="j" /> <Key name="k" /> move <Key name="o" /> open
        </span>
        <AllKeys />
      </span>
    </footer>
  );
}
