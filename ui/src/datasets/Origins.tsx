import { Copy, GitFork, GitMerge, type LucideIcon, Shapes, Split, Workflow } from "lucide-react";
import { Fragment } from "react";
import type { Origin, Source, Version } from "../api/types";
import { OrgLink } from "../components/OrgLink";
import styles from "./Origins.module.css";

const ICON: Record<Origin["kind"], LucideIcon> = {
  fork: GitFork,
  copy: Copy,
  import_shapes: Shapes,
  merge: GitMerge,
  split: Split,
  processing: Workflow,
};

const WORDS: Record<Origin["kind"], string> = {
  fork: "fork of",
  copy: "pictures from",
  import_shapes: "shapes from",
  merge: "merge of",
  split: "part of",
  processing: "made from",
};

const words = ({ kind, made }: Origin) => (kind === "merge" && !made ? "merged with" : WORDS[kind]);

/** How content of other versions came into one, each with the job that brought it; oldest first. */
export function Origins({ version }: { version: Version }) {
  return version.origins.map((origin) => {
    const Icon = ICON[origin.kind];
    return (
      <span key={origin.at + origin.job.id} className={styles.origin}>
        <Icon size={12} aria-hidden="true" /> {words(origin)}{" "}
        {origin.sources.map((source, index) => (
          <Fragment key={source.id}>
            {index > 0 && ", "}
            <From source={source} beside={version} />
          </Fragment>
        ))}
        {" · "}
        <OrgLink path={`/jobs/${origin.job.id}`} title={origin.job.name} aria-label={`job ${origin.job.name}`}>
          job
        </OrgLink>
      </span>
    );
  });
}

/** A version of the same dataset by its name, one of another with that; one that was removed is no link. */
function From({ source, beside }: { source: Source; beside: Version }) {
  const name = source.dataset.id === beside.dataset.id ? source.name : `${source.dataset.name} / ${source.name}`;
  if (source.removed) return <>{name} (removed)</>;
  return <OrgLink path={`/dataset/${source.dataset.id}/version/${source.id}/assets`}>{name}</OrgLink>;
}
