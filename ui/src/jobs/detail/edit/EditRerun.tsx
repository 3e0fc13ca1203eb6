import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { formQuery } from "../../../api/jobs";
import type { Job, Run } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { proposedBy } from "./draft";
import { EditForm } from "./EditForm";

/** "Edit and re-run", open while the address says so, with the values that the address proposes. */
export function EditRerun({ job, run }: { job: Job; run: Run }) {
  const { edit } = useSearch({ from: "/$org/jobs/$job" });
  const navigate = useNavigate();
  const close = () => void navigate({ to: ".", search: (before) => ({ ...before, edit: undefined }), replace: true });
  return (
    <Drawer opened={edit !== undefined} onClose={close} title={`Edit and re-run ${job.name}`} position="right" size={620}>
      {edit !== undefined && <Open key={run.id} job={job} run={run} edit={edit} close={close} />}
    </Drawer>
  );
}

function Open({ job, run, edit, close }: { job: Job; run: Run; edit: string; close: () => void }) {
  const query = useQuery(formQuery(run.id));
  return (
    <Loaded query={query} small>
      {(form) => <EditForm job={job} run={run} form={form} proposed={proposedBy(edit)} close={close} />}
    </Loaded>
  );
}
