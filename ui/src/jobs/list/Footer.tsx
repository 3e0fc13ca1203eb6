import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { countsQuery, type JobFilters } from "../../api/jobs";
import { count } from "../../components/numbers";
import styles from "./Footer.module.css";
import { counted } from "./TypeTabs";

interface Props {
  shown: number;
  filters: JobFilters;
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** How much of the whole is shown; coming into sight brings more. */
export function Footer({ shown, filters, query }: Props) {
  const { data } = useQuery(countsQuery({ ...filters, type: undefined }));
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
        {count(shown)} of {data ? counted(data, filters.type) : "…"}
      </span>
      {hasNextPage && (
        <Button size="xs" variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
      <span className={styles.keys} aria-hidden="true">
        <kbd>j</kbd> <kbd>k</kbd> move <kbd>o</kbd> open <kbd>/</kbd> search
      </span>
    </footer>
  );
}
