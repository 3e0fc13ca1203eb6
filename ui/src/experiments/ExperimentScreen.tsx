import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { experimentQuery } from "../api/experiments";
import { useMay } from "../api/session";
import type { Experiment } from "../api/types";
import { Facts } from "../components/Facts";
import { Loaded } from "../components/Loaded";
import { bytes } from "../components/numbers";
import { ObjectJobs } from "../components/ObjectJobs";
import { Screen } from "../components/Screen";
import { Trail } from "../components/Trail";
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
      <aside>
        <Facts
          title="Training"
          facts={{ model: experiment.base_model_version?.model.name ?? "tracked only", project: experiment.project.name }}
        />
        <Facts title="Parameters" facts={experiment.parameters} />
        {experiment.datasets.length > 0 && (
          <Facts
            title="Datasets"
            facts={Object.fromEntries(
              experiment.datasets.map(({ alias, version }) => [alias, `${version.dataset.name} / ${version.name}`]),
            )}
          />
        )}
        <Artifacts experiment={experiment} />
      </aside>
    </div>
  );
}

function Artifacts({ experiment }: { experiment: Experiment }) {
  if (experiment.artifacts.length === 0) return <Facts title="Artifacts" facts={{}} />;
  return (
    <section>
      <Facts title="Artifacts" facts={{}} empty=" " />
      <ul className={styles.files}>
        {experiment.artifacts.map(({ id, name, filename, size, url }) => (
          <li key={id}>
            <a href={url ?? undefined} download={filename}>
              {name} <span>{size === null ? filename : bytes(size)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
