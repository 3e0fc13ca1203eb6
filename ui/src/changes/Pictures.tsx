import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Images } from "lucide-react";
import { useMemo, useState } from "react";
import { changedPicturesQuery } from "../api/changes";
import type { Change, PictureChange, Shape } from "../api/types";
import { versionQuery } from "../api/versions";
import { More } from "../components/More";
import { Bones } from "../components/Skeleton";
import { Failed, State } from "../components/State";
import { LABEL_COLOURS, colours } from "../versions/colour";
import { plainLook } from "../versions/Overlay";
import { Thumbnail } from "../versions/Thumbnail";
import { BeforeAfter } from "./BeforeAfter";
import styles from "./Pictures.module.css";
import { becameOf } from "./signed";

/** The pictures that a change changed; each opens before and after, side by side. */
export function Pictures({ change }: { change: Change }) {
  const query = useInfiniteQuery(changedPicturesQuery(change.id));
  const [opened, setOpened] = useState<string | null>(null);
  const found = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const palette = usePalette(change, found);
  if (query.isPending) return <Bones rows={3} label="Loading pictures" />;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} small />;
  if (found.length === 0)
    return (
      <State icon={Images} title="No single pictures to look at" small>
        {change.numbers?.exists ? "A version came into being: look at the version itself." : "This change was about the version, not about its pictures."}
      </State>
    );
  const at = found.findIndex(({ id }) => id === opened);
  return (
    <>
      <ul className={styles.grid} aria-label="Changed pictures">
        {found.map((picture) => (
          <Tile key={picture.id} picture={picture} palette={palette} open={() => setOpened(picture.id)} />
        ))}
      </ul>
      <More has={query.hasNextPage} busy={query.isFetchingNextPage} fetch={() => void query.fetchNextPage()} />
      <BeforeAfter
        picture={found[at] ?? null}
        palette={palette}
        place={`${at + 1} of ${found.length}${query.hasNextPage ? " or more" : ""}`}
        close={() => setOpened(null)}
        step={(by) => setOpened(found[at + by]?.id ?? opened)}
      />
    </>
  );
}

function Tile({ picture, palette, open }: { picture: PictureChange; palette: Map<string, string>; open: () => void }) {
  const name = picture.filename ?? "removed from the datalake";
  const { shapes } = picture.after.exists ? picture.after : picture.before;
  const { width, height } = picture;
  return (
    <li className={styles.tile}>
      <button type="button" className={styles.frame} onClick={open} aria-label={`${name}, ${becameOf(picture)}`}>
        <Thumbnail
          url={picture.thumbnail}
          none="no picture"
          width={width}
          height={height}
          shapes={shapes}
          look={plainLook(palette)}
          style={{ maxWidth: "100%", height: "100%", aspectRatio: `${width || 4} / ${height || 3}` }}
          lazy
        />
      </button>
      <div className={styles.words}>
        <span className={styles.name}>{name}</span>
      </div>
      <div className={styles.words}>
        <span>{becameOf(picture)}</span>
      </div>
    </li>
  );
}

/** The colours that the version gives its labels; those that it has no more get one of their own. */
function usePalette(change: Change, found: readonly PictureChange[]): Map<string, string> {
  const version = useQuery({ ...versionQuery(change.version.id), enabled: !change.version_removed });
  return useMemo(() => {
    const palette = colours(version.data?.labels ?? []);
    const seen: Shape[] = found.flatMap(({ before, after }) => [...before.shapes, ...after.shapes]);
    for (const { label } of seen)
      if (!palette.has(label.id)) palette.set(label.id, `var(--label-${palette.size % LABEL_COLOURS})`);
    return palette;
  }, [version.data, found]);
}
