import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { useMemo, useState } from "react";
import { checkQuery, useRerun } from "../../../api/jobs";
import type { Job, RerunForm, Run } from "../../../api/types";
import { impliedRules, ParameterForm } from "../../../components/ParameterForm";
import { isLive } from "../../../components/status";
import { TermsFields } from "../../../components/TermsFields";
import { textOf } from "../../../components/values";
import { InputField } from "../../../processings/InputField";
import { changesOf, type Draft, draftOf, type Input, inputsOf, LIMITS, type Proposed } from "./draft";
import { Differences } from "./Differences";
import styles from "./Edit.module.css";
import { LimitFields } from "./LimitFields";
import { byField, errorsOf, problemsOf } from "./problems";
import { Warnings } from "./Warnings";

interface Props {
  job: Job;
  run: Run;
  form: RerunForm;
  /** Null: the address proposes something that cannot be read. */
  proposed: Proposed | null;
  close: () => void;
}

const SETTLE_MS = 300;

/** The launch form with an earlier run's values; what is different, what does not fit, what has changed. */
export function EditForm({ job, run, form, proposed, close }: Props) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(run, proposed ?? {}));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const rules = useMemo(() => impliedRules(form.parameters, run.parameters), [form, run]);
  const inputs = useMemo(() => inputsOf(form, run), [form, run]);
  const changes = useMemo(() => changesOf(draft, run), [draft, run]);
  const [settled] = useDebouncedValue(changes, SETTLE_MS);
  const check = useQuery(checkQuery(job.id, settled));
  const rerun = useRerun(job.id);
  const launch = useLaunch(rerun, close);
  const problems = problemsOf(check.data, rerun.error);
  const live = isLive(job.status);
  const propose = (name: string, proposal: string) => change({ inputs: { ...draft.inputs, [name]: proposal } });
  const proposeParameter = (name: string, proposal: string) =>
    change({ parameters: { ...draft.parameters, [name]: proposal } });
  const errors = {
    parameters: errorsOf(problems, "parameters", proposeParameter),
    inputs: errorsOf(problems, "inputs", propose),
    resources: errorsOf(problems, "resources"),
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        launch(changes);
      }}
    >
      <p className={styles.text}>
        It begins with what run {run.number} was launched with. What you do not touch stays exactly as it was.
      </p>
      {!proposed && (
        <p className={styles.warning}>The values that this address proposes cannot be read, so the form has those of run {run.number}.</p>
      )}
      <Warnings warnings={check.data?.warnings ?? []} />
      {Object.keys(rules).length > 0 && (
        <Part title="Parameters">
          <ParameterForm
            rules={rules}
            values={draft.parameters}
            change={(parameters) => change({ parameters })}
            errors={errors.parameters}
            kept={form.secrets}
          />
        </Part>
      )}
      {inputs.length > 0 && (
        <Part title="Inputs">
          <div className={styles.fields}>
            {inputs.map((input) => (
              <InputField
                key={input.name}
                input={input}
                value={textOf(draft.inputs[input.name])}
                change={(value) => change({ inputs: { ...draft.inputs, [input.name]: value } })}
                error={errors.inputs[input.name]}
              />
            ))}
          </div>
        </Part>
      )}
      {!("internal" in run.source) && (
        <Part title="Limits">
          <LimitFields limits={draft.limits} change={(limits) => change({ limits })} errors={errors.resources} />
        </Part>
      )}
      <Part title="Priority and other tries">
        <TermsFields terms={draft.terms} change={(terms) => change({ terms })} errors={byField(problems)} />
      </Part>
      <Differences changes={changes} run={run} form={form} reset={() => setDraft(draftOf(run))} />
      <Elsewhere problems={problems} shown={shownFields(Object.keys(rules), inputs)} />
      <div className={styles.foot}>
        {live && <span className={styles.text}>Run {job.run_number} has not ended yet.</span>}
        <Button variant="subtle" onClick={close}>
          Cancel
        </Button>
        <Button
          variant="filled"
          type="submit"
          leftSection={<RotateCw size={14} aria-hidden="true" />}
          loading={rerun.isPending}
          disabled={live || problems.length > 0}
        >
          Re-run
        </Button>
      </div>
    </form>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={styles.part}>
      <h3 className={styles.heading}>{title}</h3>
      {children}
    </section>
  );
}

/** The server's names of all fields that stand in the form. */
const shownFields = (parameters: string[], inputs: Input[]): Set<string> =>
  new Set([
    ...parameters.map((name) => `parameters.${name}`),
    ...inputs.map(({ name }) => `inputs.${name}`),
    ...LIMITS.map((name) => `resources.${name}`),
    ...["priority", "retry", "retry.kinds", "retry.times", "retry.backoff_s"],
  ]);

/** What is wrong and has no field here to stand at. */
function Elsewhere({ problems, shown }: { problems: ReturnType<typeof problemsOf>; shown: Set<string> }) {
  const rest = problems.filter(({ field }) => !shown.has(field));
  return rest.map(({ field, message }) => (
    <p key={field + message} role="alert" className={styles.problem}>
      {message}
    </p>
  ));
}

function useLaunch(rerun: ReturnType<typeof useRerun>, close: () => void) {
  const { org = "" } = useParams({ strict: false });
  const navigate = useNavigate();
  return (changes: Parameters<typeof rerun.mutate>[0]) =>
    rerun.mutate(changes, {
      onSuccess: (run) => {
        close();
        void navigate({ to: "/$org/jobs/$job/runs/$run", params: { org, job: run.job_id, run: run.id }, search: {} });
      },
    });
}
