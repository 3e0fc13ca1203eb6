import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Asset, VersionDetail } from "../api/types";
import { versionQuery } from "../api/versions";
import { History } from "../changes/History";
import { Loaded } from "../components/Loaded";
import { count, plural } from "../components/numbers";
import { ObjectJobs } from "../components/ObjectJobs";
import { useOpen } from "../components/open";
import { Screen } from "../components/Screen";
import { Sections } from "../components/Sections";
import { Trail } from "../components/Trail";
import { Origins } from "../datasets/Origins";
import { typeWord } from "../datasets/types";
import { stringifySearch } from "../search";
import { Gallery } from "./gallery/Gallery";
import type { GallerySearch } from "./gallery/search";
import { colours } from "./colour";
import { LockNotice } from "./LockNotice";
import { Statistics } from "./statistics/Statistics";
import { VersionActions } from "./VersionActions";
import styles from "./VersionScreen.module.css";

export interface VersionSearch extends GallerySearch {
  show?: "pictures" | "statistics" | "jobs" | "history" | undefined;
}

/** One content of a dataset: its pictures with their shapes, its labels, the jobs that touched it. */
export function VersionScreen() {
  const { version = "" } = useParams({ strict: false });
  const query = useQuery(versionQuery(version));
  const known = query.data;
  return (
    <Screen
      title={known ? `${known.dataset.name} / ${known.name}` : ""}
      trail={
        <Trail
          steps={[
            { name: "Datasets", path: "/datasets" },
            ...(known ? [{ name: known.dataset.name, path: `/dataset/${known.dataset.id}` }] : []),
          ]}
        />
      }
      actions={known && <VersionActions version={known} />}
    >
      <Loaded query={query}>{(data) => <Content version={data} />}</Loaded>
    </Screen>
  );
}

const NAMES = { pictures: "Pictures", statistics: "Statistics", jobs: "Jobs", history: "History" };

function Content({ version }: { version: VersionDetail }) {
  const search: VersionSearch = useSearch({ strict: false });
  const { show = "pictures" } = search;
  const navigate = useNavigate();
  const open = useOpen();
  const change = useCallback(
    (changes: VersionSearch) =>
      void navigate({ to: ".", search: ((before: object) => ({ ...before, ...changes })) as never, replace: true }),
    [navigate],
  );
  const enlarge = (asset: Asset) =>
    open(`/dataset/${version.dataset.id}/version/${version.id}/pictures/${asset.id}${stringifySearch({ ...search, show: undefined })}`);
  return (
    <>
      <LockNotice version={version} />
      <Facts version={version} />
      <Sections
        label="Parts of this version"
        names={NAMES}
        chosen={show}
        choose={(name) => change({ show: name })}
      />
      <div id="section" role="tabpanel" aria-label={NAMES[show]}>
        {show === "statistics" && <Statistics version={version.id} colours={colours(version.labels)} />}
        {show === "jobs" && <ObjectJobs noun="versions" id={version.id} />}
        {show === "history" && <History version={version.id} />}
        {show === "pictures" && <Gallery version={version} search={search} change={change} open={enlarge} />}
      </div>
    </>
  );
}

function Counted({ version }: { version: VersionDetail }) {
  if (version.state === "counting")
    return (
      <span role="status">
        {plural(version.shape_count, "shape")} in the first {count(version.counted_pictures)} pictures, counting …
      </span>
    );
  const silent = version.asset_count - version.annotated_count;
  return (
    <>
      <span>{plural(version.shape_count, "shape")}</span>
      {silent > 0 && <span>{plural(silent, "picture")} without annotation</span>}
    </>
  );
}

function Facts({ version }: { version: VersionDetail }) {
  return (
    <p className={styles.facts}>
      <span>{typeWord(version.type)}</span>
      <span>{plural(version.asset_count, "picture")}</span>
      <Counted version={version} />
      <Origins version={version} />
    </p>
  );
}
