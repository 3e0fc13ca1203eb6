import { useQueryClient } from "@tanstack/react-query";
import { ImagePlus, SearchX } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { ApiError } from "../../api/client";
import { useSession } from "../../api/session";
import type { Asset, VersionDetail } from "../../api/types";
import { assetPlacesStep, assetQuery, assetsSource } from "../../api/versions";
import { Grid } from "../../components/grid/Grid";
import { usePicking } from "../../components/grid/usePicking";
import { type Found, usePlaces } from "../../components/grid/usePlaces";
import { useKeys } from "../../components/keys";
import { count, plural } from "../../components/numbers";
import { Bones } from "../../components/Skeleton";
import { Failed, State } from "../../components/State";
import { type FilterSearch, isFiltered, keyOf, onlyFilter, queryOf } from "./filters";
import { Drawing, Slide } from "./Drawing";
import { Filters } from "./Filters";
import styles from "./Gallery.module.css";
import { Labels } from "./Labels";
import { lookOf, SIZE, sizeOf, toggled } from "./look";
import type { GallerySearch } from "./search";
import { SelectionBar } from "./SelectionBar";
import { Tile } from "./Tile";

interface Props {
  version: VersionDetail;
  search: GallerySearch;
  change: (changes: GallerySearch) => void;
  open: (asset: Asset) => void;
}

const BELOW = 34; // name and what is around the frame, in CSS pixels

/** The pictures of a version, newest first, with their shapes. */
export function Gallery({ version, search, change, open }: Props) {
  const key = keyOf(search);
  const filter = useMemo(() => onlyFilter(JSON.parse(key) as FilterSearch), [key]);
  const asked = useMemo(() => JSON.parse(key) as ReturnType<typeof queryOf>, [key]);
  const [turn, setTurn] = useState(0);
  const found = useAssetPlaces(version, asked, `${key} ${turn}`);
  const picking = usePicking(`${version.id} ${key}`, found.index.total);
  const look = useMemo(() => lookOf(search, version), [search, version]);
  const size = sizeOf(search);
  const cache = useQueryClient();
  const source = useMemo(() => assetsSource(version.id, asked), [version.id, asked]);
  const { at } = search;
  const [start] = useState(Number(at ?? 0)); // from then on the list itself says where it is
  const tell = useCallback((place: number) => change({ at: place ? String(place) : undefined }), [change]);
  const narrow = useCallback((changes: FilterSearch) => change({ ...changes, at: undefined }), [change]);
  const toggleLabel = (name: string) => narrow({ label: toggled(search.label, name) });
  const member = useSession().role !== "viewer";
  const show = (asset: Asset) => {
    cache.setQueryData(assetQuery(asset.id).queryKey, asset);
    open(asset);
  };
  useKeys({
    title: "Pictures",
    bindings: [
      { keys: ["Escape"], says: "Select nothing", act: picking.clear },
      { keys: ["/"], says: "Search", act: () => document.querySelector<HTMLElement>("[data-search]")?.focus() },
    ],
  });
  const misread = found.error instanceof ApiError && found.error.status === 400 ? found.error.message : undefined;
  if (version.asset_count === 0)
    return (
      <State icon={ImagePlus} title="This version is empty">
        Import a file of annotations: its pictures come from the datalake by file name, or stand as placeholders until they are uploaded. Or choose files
        in the datalake, and add them.
      </State>
    );
  return (
    <div className={styles.gallery}>
      <div className={styles.bar}>
        <Labels
          labels={version.labels}
          look={look}
          chosen={search.label ?? []}
          choose={toggleLabel}
          toggle={(name) => change({ hide: toggled(search.hide, name) })}
        />
        <div className={styles.controls}>
          <Filters version={version} filter={search} change={narrow} problem={misread} />
          <div className={styles.view}>
            <Slide name="Size" value={size} shown={`${size} px`} range={SIZE} change={(next) => change({ size: next })} />
            <Drawing labels={version.labels} look={look} search={search} change={change} />
          </div>
        </div>
      </div>
      <Counted found={found} filtered={isFiltered(search) && misread === undefined} total={version.asset_count} />
      <Body found={found} misread={misread !== undefined} again={() => setTurn(turn + 1)}>
        <Grid
          key={key}
          label="Pictures"
          index={found.index}
          narrowest={size}
          tall={Math.round(size * 0.82) + BELOW}
          source={source}
          start={start}
          seen={tell}
          tile={(props) => <Tile key={props.place} {...props} look={look} size={size} picking={picking} open={show} />}
        />
      </Body>
      {member && <SelectionBar version={version} filter={filter} picking={picking} total={found.index.total} />}
    </div>
  );
}

/** Where the pictures stand that the filter lets through. */
function useAssetPlaces(version: VersionDetail, asked: ReturnType<typeof queryOf>, key: string): Found {
  const { id, asset_count } = version;
  const step = useCallback(
    async (after: number | null, signal: AbortSignal) => {
      const said = await assetPlacesStep(id, asked, after, signal);
      looked.set(signal, (looked.get(signal) ?? 0) + said.looked);
      const left = said.next === null ? 0 : Math.max(1, asset_count - (looked.get(signal) ?? 0));
      return { ...said, left };
    },
    [id, asked, asset_count],
  );
  return usePlaces(`${id} ${asset_count} ${key}`, step);
}

const looked = new WeakMap<AbortSignal, number>(); // of each walk: at how many pictures it has looked

/** How many fit; while it is still being looked, how far it is. */
function Counted({ found: { index, left }, filtered, total }: { found: Found; filtered: boolean; total: number }) {
  if (!filtered || left === null) return null;
  const searched = Math.floor((1 - left / Math.max(1, total)) * 100);
  return (
    <p className={styles.counted} role="status">
      {left > 0 ? `${count(index.total)} found, ${searched} % searched` : `${plural(index.total, "picture")} found`}
    </p>
  );
}

interface BodyProps {
  found: Found;
  misread: boolean;
  again: () => void;
  children: React.ReactNode;
}

function Body({ found: { index, left, error }, misread, again, children }: BodyProps) {
  if (misread) return null;
  if (error) return <Failed error={error} retry={again} />;
  if (index.total > 0) return children;
  if (left === null || left > 0) return <Bones rows={5} label="Loading pictures" />;
  return (
    <State icon={SearchX} title="No picture fits">
      Choose another label or fewer filters.
    </State>
  );
}
