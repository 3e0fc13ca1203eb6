import { Checkbox } from "@mantine/core";
import { useState } from "react";
import type { VersionDetail } from "../api/types";
import { useFork } from "../api/versions";
import { Naming } from "../components/Naming";
import { useOpen } from "../components/open";

interface Props {
  version: VersionDetail;
  opened: boolean;
  close: () => void;
}

/** Asks for the name of the fork and what it takes along, and opens the job that makes it. */
export function ForkDialog({ version, opened, close }: Props) {
  const [annotations, setAnnotations] = useState(true);
  const fork = useFork(version.id);
  const open = useOpen();
  return (
    <Naming
      title={`Fork ${version.name}`}
      action="Fork"
      opened={opened}
      close={close}
      busy={fork.isPending}
      error={fork.error}
      proposal={`${version.name}-fork`}
      submit={(name) =>
        fork.mutate(
          { name, with_annotations: annotations, with_labels: true },
          { onSuccess: (job) => open(`/jobs/${job.id}`) },
        )
      }
    >
      <Checkbox
        label="With annotations"
        description="Labels and pictures come along in any case; nothing is copied, so a fork is quick and small."
        checked={annotations}
        onChange={(event) => setAnnotations(event.currentTarget.checked)}
      />
    </Naming>
  );
}
