import { ActionIcon, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { Asset, VersionDetail } from "../../api/types";
import { assetQuery, besideQuery, versionQuery } from "../../api/versions";
import { useKeys } from "../../components/keys";
import { Loaded } from "../../components/Loaded";
import { plural } from "../../components/numbers";
import { useOpen } from "../../components/open";
import { Screen } from "../../components/Screen";
import { Trail } from "../../components/Trail";
import { stringifySearch } from "../../search";
import { Drawing } from "../gallery/Drawing";
import { queryOf } from "../gallery/filters";
import { lookOf, toggled } from "../gallery/look";
import type { GallerySearch } from "../gallery/search";
import { boxOf } from "../shapes";
import { About } from "./About";
import styles from "./PictureScreen.module.css";
import { ShapeList } from "./ShapeList";
import { Stage, type StageHandle } from "./Stage";

const STEP = 1.25;

/** One picture of a version, large. The filter of the gallery in its address says which come before and after. */
export function PictureScreen() {
  const { version = "", asset = "", dataset = "" } = useParams({ strict: false });
  const found = useQuery(versionQuery(version));
  const picture = useQuery(assetQuery(asset));
  const search: GallerySearch = useSearch({ strict: false });
  const known = found.data;
  const path = `/dataset/${known?.dataset.id ?? dataset}/version/${version}`;
  const gallery = `${path}/assets${stringifySearch({ ...search })}`;
  const open = useOpen();
  useKeys({ title: "Picture", bindings: [{ keys: ["Escape"], says: "Back to the gallery", act: () => open(gallery) }] });
  return (
    <Screen
      title={picture.data?.filename ?? ""}
      trail={
        <Trail
          steps={[
            { name: "Datasets", path: "/datasets" },
            ...(known
              ? [
                  { name: known.dataset.name, path: `/dataset/${known.dataset.id}` },
                  { name: known.name, path: gallery },
                ]
              : []),
          ]}
        />
      }
    >
      <Loaded query={found}>
        {(detail) => <Loaded query={picture}>{(shown) => <Content version={detail} asset={shown} search={search} path={path} />}</Loaded>}
      </Loaded>
    </Screen>
  );
}

interface Props {
  version: VersionDetail;
  asset: Asset;
  search: GallerySearch;
  path: string;
}

function Content({ version, asset, search, path }: Props) {
  const stage = useRef<StageHandle>(null);
  const [marked, setMarked] = useState<string | undefined>();
  const look = useMemo(() => lookOf(search, version), [search, version]);
  const navigate = useNavigate();
  const change = (changes: GallerySearch) =>
    void navigate({ to: ".", search: ((before: object) => ({ ...before, ...changes })) as never, replace: true });
  const { newer, older, go } = useNeighbours(version, asset, search, path);
  useKeys({
    title: "Picture",
    bindings: [
      { keys: ["+", "="], says: "Zoom in", act: () => stage.current?.zoom(STEP) },
      { keys: ["-"], says: "Zoom out", act: () => stage.current?.zoom(1 / STEP) },
      { keys: ["0"], says: "Show all of it", act: () => stage.current?.fit() },
      { keys: ["1"], says: "Show it pixel by pixel", act: () => stage.current?.actual() },
      { keys: ["ArrowLeft"], says: "Previous picture", act: () => go("newer") },
      { keys: ["ArrowRight"], says: "Next picture", act: () => go("older") },
    ],
  });
  const classes = asset.shapes.filter(({ kind, label }) => kind === "classification" && !look.hidden.has(label.id));
  return (
    <div className={styles.screen}>
      <div className={styles.main}>
        <div className={styles.tools}>
          <Tool label="Previous picture (←)" disabled={!newer} act={() => go("newer")} icon={ArrowLeft} />
          <Tool label="Next picture (→)" disabled={!older} act={() => go("older")} icon={ArrowRight} />
          <span className={styles.apart} />
          <Tool label="Zoom out (-)" act={() => stage.current?.zoom(1 / STEP)} icon={ZoomOut} />
          <Tool label="Zoom in (+)" act={() => stage.current?.zoom(STEP)} icon={ZoomIn} />
          <Tool label="Show all of it (0)" act={() => stage.current?.fit()} icon={Maximize} />
          {classes.map((shape) => (
            <span key={shape.id} className={styles.class}>
              <i style={{ background: look.colours.get(shape.label.id) }} /> {shape.label.name}
            </span>
          ))}
          <span className={styles.end}>
            <Drawing labels={version.labels} look={look} search={search} change={change} />
          </span>
        </div>
        <Stage key={asset.id} handle={stage} asset={asset} look={look} marked={marked} point={setMarked} />
      </div>
      <aside className={styles.side} aria-label="About this picture">
        <section className={styles.part}>
          <h2>{plural(asset.shapes.length, "shape")}</h2>
          <ShapeList
            asset={asset}
            look={look}
            marked={marked}
            point={setMarked}
            toggle={(name) => change({ hide: toggled(search.hide, name) })}
            show={(shape) => {
              const box = boxOf(shape, asset.height);
              if (box) stage.current?.show(box);
            }}
          />
        </section>
        <About asset={asset} version={path} />
      </aside>
    </div>
  );
}

interface ToolProps {
  label: string;
  icon: typeof ZoomIn;
  disabled?: boolean;
  act: () => void;
}

function Tool({ label, icon: Icon, disabled = false, act }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon size={32} aria-label={label.replace(/ \(.\)$/, "")} disabled={disabled} onClick={act}>
        <Icon size={16} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}

/** The pictures before and after, asked for in advance, and the way to one. */
function useNeighbours(version: VersionDetail, asset: Asset, search: GallerySearch, path: string) {
  const filter = queryOf(search);
  const newer = useQuery(besideQuery(version.id, filter, asset.id, "newer")).data ?? null;
  const older = useQuery(besideQuery(version.id, filter, asset.id, "older")).data ?? null;
  const cache = useQueryClient();
  const open = useOpen();
  const go = (side: "newer" | "older") => {
    const show = (next: Asset | null) => {
      if (!next) return;
      cache.setQueryData(assetQuery(next.id).queryKey, next);
      open(`${path}/pictures/${next.id}${stringifySearch({ ...search })}`);
    };
    // a key may be pressed before the answer is here: it is waited for
    cache.query(besideQuery(version.id, filter, asset.id, side)).then(show, () => undefined);
  };
  return { newer, older, go };
}
