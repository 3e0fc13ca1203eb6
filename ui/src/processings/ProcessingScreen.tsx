import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { processingQuery, useLaunchProcessing } from "../api/processings";
import { useMay } from "../api/session";
import type { JsonObject, Processing } from "../api/types";
import { Loaded } from "../components/Loaded";
import { useOpen } from "../components/open";
import { impliedRules, ParameterForm, startValues } from "../components/ParameterForm";
import { MoreOptions } from "../components/MoreOptions";
import { Screen } from "../components/Screen";
import { NO_TERMS, termsChanged } from "../components/terms";
import { TermsFields } from "../components/TermsFields";
import { textOf } from "../components/values";
import { Trail } from "../components/Trail";
import styles from "./Processings.module.css";
import { InputField } from "./InputField";
import { TargetPicker } from "./TargetPicker";

/** One processing, and the form that launches it. */
export function ProcessingScreen() {
  const { processing = "" } = useParams({ strict: false });
  const query = useQuery(processingQuery(processing));
  return (
    <Screen
      title={query.data?.name ?? ""}
      trail={<Trail steps={[{ name: "Processings", path: "/processings" }]} />}
    >
      <Loaded query={query}>{(data) => <LaunchForm processing={data} />}</Loaded>
    </Screen>
  );
}

function LaunchForm({ processing }: { processing: Processing }) {
  const { target: asked } = useSearch({ strict: false });
  const [target, setTarget] = useState(asked ?? "");
  const rules = impliedRules(processing.parameters, processing.default_parameters);
  const [parameters, setParameters] = useState<JsonObject>(() => startValues(rules, processing.default_parameters));
  const [inputs, setInputs] = useState<JsonObject>({});
  const [terms, setTerms] = useState(NO_TERMS);
  const launch = useLaunchProcessing(processing.id);
  const open = useOpen();
  const mayLaunch = useMay("member");
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        launch.mutate(
          { target_id: target, parameters, inputs, ...termsChanged(terms, NO_TERMS) },
          { onSuccess: (job) => open(`/jobs/${job.id}`) },
        );
      }}
    >
      <p className={styles.text}>{processing.description}</p>
      <section className={styles.part}>
        <h2 className={styles.heading}>Works on</h2>
        <TargetPicker kind={processing.target} chosen={target} choose={setTarget} />
      </section>
      {processing.inputs.length > 0 && (
        <section className={styles.part}>
          <h2 className={styles.heading}>Inputs</h2>
          <div className={styles.fields}>
            {processing.inputs.map((input) => (
              <InputField
                key={input.name}
                input={input}
                value={textOf(inputs[input.name])}
                change={(value) => setInputs({ ...inputs, [input.name]: value })}
              />
            ))}
          </div>
        </section>
      )}
      {Object.keys(rules).length > 0 && (
        <section className={styles.part}>
          <h2 className={styles.heading}>Parameters</h2>
          <ParameterForm rules={rules} values={parameters} change={setParameters} />
        </section>
      )}
      <MoreOptions>
        <TermsFields terms={terms} change={setTerms} />
      </MoreOptions>
      {launch.error && (
        <p className={styles.error} role="alert">
          {launch.error.message}
        </p>
      )}
      <div>
        <Button
          variant="filled"
          type="submit"
          leftSection={<Play size={14} aria-hidden="true" />}
          loading={launch.isPending}
          disabled={!mayLaunch || !target}
        >
          Launch
        </Button>
      </div>
    </form>
  );
}
