import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Download, Play } from "lucide-react";
import { experimentQuery } from "../api/experiments";
import { useMay } from "../api/session";
import type { Experiment, Ref } from "../api/types";
import { Facts } from "../components/Facts";
import { Loaded } from "../components/Loaded";
import { bytes } from "../components/numbers";
import { ObjectJobs } from "../components/ObjectJobs";
import { OrgLink } from "../components/OrgLink";
import { Screen } from "../components/Screen";
import { Trail } from "../components/Trail";
import { valuesOf } from "../components/values";
import styles from "./Experiment.module.css";
import { ExperimentStatus } from "./ExperimentStatus";
import { LaunchDialog } from "./LaunchDialog";
import { Metrics } from "./Metrics";

/** One training: its metrics while they are logged, its parameters, files and jobs. */
export function ExperimentScreen() {
  const { experiment = "" } = useParams({ strict: false });
  const query = useQuery(experimentQuery(experiment));
  const known = query.data;
  return (
    <Screen
      title={known?.name ?? ""}
      note={known && <ExperimentStatus status={known.status} />}
      trail={
        <Trail
          steps={[
            { name: "Projects", path: "/projects" },
            ...(known ? [{ name: known.project.name, path: `/project/${known.project.id}` }] : []),
          ]}
        />
      }
      actions={known && <Launch experiment={known} />}
    >
      <Loaded query={query}>{(data) => <Content experiment={data} />}</Loaded>
    </Screen>
  );
}

function Launch({ experiment }: { experiment: Experiment }) {
  const [opened, { open, close }] = useDisclosure(false);
  const mayLaunch = useMay("member");
  if (!mayLaunch || !experiment.base_model_version?.launchable) return null;
  return (
    <>
      <Button variant="filled" leftSection={<Play size={14} aria-hidden="true" />} onClick={open}>
        Launch training
      </Button>
      <LaunchDialog experiment={experiment} opened={opened} close={close} />
    </>
  );
}

function Content({ experiment }: { experiment: Experiment }) {
  return (
    <div className={styles.layout}>
      <div>
        <Metrics experiment={experiment} />
        <h2 className={styles.heading}>Jobs</h2>
        <ObjectJobs noun="experiments" id={experiment.id} />
      </div>
      <aside className={styles.side} aria-label="About this experiment">
        <Facts title="Training" rows={[{ name: "model", value: <Model experiment={experiment} /> }]} />
        <Facts title="Parameters" rows={valuesOf(experiment.parameters)} empty="none" />
        <Facts title="Datasets" rows={experiment.datasets.map(({ alias, version }) => ({ name: alias, value: <VersionLink {...version} /> }))} />
        <Artifacts experiment={experiment} />
      </aside>
    </div>
  );
}

function Model({ experiment: { base_model_version: base } }: { experiment: Experiment }) {
  if (!base) return "tracked only";
  return (
    <OrgLink className={styles.link} path={`/model/${base.model.id}/version/${base.id}`}>
      {base.model.name} / {base.name}
    </OrgLink>
  );
}

function VersionLink({ id, name, dataset }: Ref & { dataset: Ref }) {
  return (
    <OrgLink className={styles.link} path={`/dataset/${dataset.id}/version/${id}/assets`}>
      {dataset.name} / {name}
    </OrgLink>
  );
}

function Artifacts({ experiment: { artifacts } }: { experiment: Experiment }) {
  return (
    <Facts title="Artifacts" empty="none yet">
      {artifacts.length > 0 && (
        <ul className={styles.files}>
          {artifacts.map(({ id, name, filename, size, url }) => (
            <li key={id}>
              <a href={url} download={filename}>
                <Download size={14} aria-hidden="true" />
                {name} <span>{size === null ? filename : bytes(size)}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Facts>
  );
}
