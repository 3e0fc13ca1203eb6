import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { GitFork, Lock, Search } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { VersionDetail } from "../api/types";
import { versionQuery } from "../api/versions";
import { History } from "../changes/History";
import { Loaded } from "../components/Loaded";
import { plural } from "../components/numbers";
import { ObjectJobs } from "../components/ObjectJobs";
import { OrgLink } from "../components/OrgLink";
import { Screen } from "../components/Screen";
import { Sections } from "../components/Sections";
import { Trail } from "../components/Trail";
import { typeWord } from "../datasets/types";
import { colours } from "./colour";
import { Gallery } from "./Gallery";
import { Labels } from "./Labels";
import { Statistics } from "./statistics/Statistics";
import { VersionActions } from "./VersionActions";
import styles from "./VersionScreen.module.css";

export interface VersionSearch {
  show?: "pictures" | "statistics" | "jobs" | "history" | undefined;
  label?: string | undefined;
  search?: string | undefined;
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
  const { show = "pictures", label, search } = useSearch({ strict: false });
  const navigate = useNavigate();
  const palette = useMemo(() => colours(version.labels), [version.labels]);
  const change = (changes: VersionSearch) =>
    void navigate({ to: ".", search: (before: object) => ({ ...before, ...changes }), replace: true });
  return (
    <>
      <Facts version={version} />
      <Sections
        label="Parts of this version"
        names={NAMES}
        chosen={show}
        choose={(name) => change({ show: name })}
      />
      <div id="section" role="tabpanel" aria-label={NAMES[show]}>
        {show === "statistics" && <Statistics version={version.id} colours={palette} />}
        {show === "jobs" && <ObjectJobs noun="versions" id={version.id} />}
        {show === "history" && <History version={version.id} />}
        {show === "pictures" && (
          <>
            <div className={styles.filters}>
              <Labels
                labels={version.labels}
                colours={palette}
                chosen={label}
                choose={(chosen) => change({ label: chosen })}
              />
              {version.asset_count > 0 && <SearchBox text={search} search={(text) => change({ search: text })} />}
            </div>
            <Gallery version={version.id} filters={{ label, search }} colours={palette} first={null} />
          </>
        )}
      </div>
    </>
  );
}

function Facts({ version }: { version: VersionDetail }) {
  return (
    <p className={styles.facts}>
      <span>{typeWord(version.type)}</span>
      <span>{plural(version.asset_count, "picture")}</span>
      <span>{plural(version.shape_count, "shape")}</span>
      {version.asset_count > version.annotated_count && (
        <span>{plural(version.asset_count - version.annotated_count, "picture")} without annotation</span>
      )}
      {version.forked_from && (
        <span>
          <GitFork size={13} aria-hidden="true" /> fork of{" "}
          <OrgLink path={`/dataset/${version.forked_from.dataset.id}/version/${version.forked_from.id}/assets`}>
            {version.forked_from.dataset.name} / {version.forked_from.name}
          </OrgLink>
        </span>
      )}
      {version.locked && (
        <span className={styles.locked}>
          <Lock size={13} aria-hidden="true" /> locked by {version.locked.by.name}
        </span>
      )}
    </p>
  );
}

function SearchBox({ text, search }: { text: string | undefined; search: (text: string | undefined) => void }) {
  const [typed, setTyped] = useState(text ?? "");
  const [settled] = useDebouncedValue(typed, 250);
  useEffect(() => {
    if (settled !== (text ?? "")) search(settled || undefined);
    // only what was typed moves the address; a change of the address alone does not come back here
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <TextInput
      className={styles.search}
      aria-label="Search file names"
      placeholder="Search file names"
      leftSection={<Search size={15} aria-hidden="true" />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
