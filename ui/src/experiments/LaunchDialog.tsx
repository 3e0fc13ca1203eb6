import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useLaunchExperiment } from "../api/experiments";
import type { Experiment, JsonObject } from "../api/types";
import { MoreOptions } from "../components/MoreOptions";
import { useOpen } from "../components/open";
import { impliedRules, ParameterForm, startValues } from "../components/ParameterForm";
import { NO_TERMS, termsChanged } from "../components/terms";
import { TermsFields } from "../components/TermsFields";

interface Props {
  experiment: Experiment;
  opened: boolean;
  close: () => void;
}

/** Asks for the parameters of a training and opens the job that runs it. */
export function LaunchDialog({ experiment, opened, close }: Props) {
  const rules = impliedRules(experiment.parameter_rules, experiment.parameters);
  const [parameters, setParameters] = useState<JsonObject>(() => startValues(rules, experiment.parameters));
  const [terms, setTerms] = useState(NO_TERMS);
  const launch = useLaunchExperiment(experiment.id);
  const open = useOpen();
  return (
    <Modal opened={opened} onClose={close} title={`Launch ${experiment.name}`} size="lg">
      <form
        style={{ display: "grid", gap: 18 }}
        onSubmit={(event) => {
          event.preventDefault();
          launch.mutate({ parameters, ...termsChanged(terms, NO_TERMS) }, { onSuccess: (job) => open(`/jobs/${job.id}`) });
        }}
      >
        <ParameterForm rules={rules} values={parameters} change={setParameters} />
        <MoreOptions>
          <TermsFields terms={terms} change={setTerms} />
        </MoreOptions>
        {launch.error && (
          <p role="alert" style={{ color: "var(--bad)" }}>
            {launch.error.message}
          </p>
        )}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: 8 }}>
          <Button variant="subtle" onClick={close}>
            Cancel
          </Button>
          <Button variant="filled" type="submit" loading={launch.isPending}>
            Launch
          </Button>
        </div>
      </form>
    </Modal>
  );
}
