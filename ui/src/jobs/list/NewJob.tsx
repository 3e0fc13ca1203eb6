import { Button, Menu } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Blocks, ChartSpline, ChevronDown, FileDown } from "lucide-react";
import { useMay } from "../../api/session";

const WAYS = [
  { name: "Run a processing", hint: "on a dataset version, datalake or model", path: "processings", icon: Blocks },
  { name: "Train", hint: "from an experiment of a project", path: "projects", icon: ChartSpline },
  { name: "Import or fork", hint: "from the page of a dataset version", path: "datasets", icon: FileDown },
];

/** The three kinds of job, each with the screen where it begins. */
export function NewJob() {
  const navigate = useNavigate();
  const { org = "" } = useParams({ strict: false });
  if (!useMay("member")) return null;
  return (
    <Menu position="bottom-end" width={264}>
      <Menu.Target>
        <Button variant="filled" rightSection={<ChevronDown size={14} aria-hidden="true" />}>
          New job
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {WAYS.map(({ name, hint, path, icon: Icon }) => (
          <Menu.Item key={path} leftSection={<Icon size={16} aria-hidden="true" />} onClick={() => void navigate({ to: `/${org}/${path}` })}>
            {name}
            <div style={{ color: "var(--dim)", fontSize: 12 }}>{hint}</div>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
