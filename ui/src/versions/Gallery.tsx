import { useInfiniteQuery } from "@tanstack/react-query";
import { ImagePlus, SearchX } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Asset } from "../api/types";
import { type AssetFilters, assetsQuery } from "../api/versions";
import { Bones } from "../components/Skeleton";
import { More } from "../components/More";
import { Failed, State } from "../components/State";
import styles from "./Gallery.module.css";
import { Picture } from "./Picture";
import { Tile } from "./Tile";

interface Props {
  version: string;
  filters: AssetFilters;
  colours: Map<string, string>;
  /** What to offer when the version holds nothing at all. */
  first: ReactNode;
}

/** The pictures of a version, newest first. */
export function Gallery({ version, filters, colours, first }: Props) {
  const query = useInfiniteQuery(assetsQuery(version, filters));
  const [opened, setOpened] = useState<Asset | null>(null);
  if (query.isPending) return <Bones rows={5} label="Loading pictures" />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const assets = query.data.pages.flatMap((page) => page.items);
  if (assets.length === 0) return <Nothing filtered={Boolean(filters.label ?? filters.search)} first={first} />;
  const at = opened ? assets.findIndex((asset) => asset.id === opened.id) : -1;
  return (
    <>
      <ul className={styles.grid} aria-label="Pictures">
        {assets.map((asset) => (
          <Tile key={asset.id} asset={asset} colours={colours} only={filters.label} open={() => setOpened(asset)} />
        ))}
      </ul>
      <More
        has={query.hasNextPage}
        busy={query.isFetchingNextPage}
        fetch={() => void query.fetchNextPage()}
      />
      <Picture
        asset={opened}
        colours={colours}
        close={() => setOpened(null)}
        step={(by) => setOpened(assets[at + by] ?? opened)}
      />
    </>
  );
}

function Nothing({ filtered, first }: { filtered: boolean; first: ReactNode }) {
  if (filtered)
    return (
      <State icon={SearchX} title="No picture fits">
        Choose another label or clear the search.
      </State>
    );
  return (
    <State icon={ImagePlus} title="This version is empty" action={first}>
      Import a COCO file: its pictures come from the datalake by file name, or stand as placeholders until they are uploaded.
    </State>
  );
}
