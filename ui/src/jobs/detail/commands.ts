/** How a run is launched from a terminal, from Python and over REST: the same that the page does. */
import type { Job, Json, JsonObject, Run } from "../../api/types";
import { limitsOf } from "./edit/draft";

export interface Commands {
  terminal: string;
  python: string;
  rest: string;
}

type Launched = Pick<Run, "number" | "parameters" | "inputs" | "resources" | "priority" | "retry">;
type Whose = Pick<Job, "id" | "processing" | "target">;

/** The next run of the job, like this one. */
export function again(job: Whose, run: Launched, origin: string): Commands {
  return {
    terminal: `safelight rerun ${job.id} --run ${run.number}`,
    python: python(origin, `job = client.jobs.get("${job.id}").rerun(like=${run.number})`),
    rest: curl(origin, `/jobs/${job.id}/rerun`, { like: run.number }),
  };
}

/** A new job like this run; null where it needs more than can be typed: a file, a selection, an experiment. */
export function anew(job: Whose, run: Launched, secrets: readonly string[], origin: string): Commands | null {
  const { processing, target } = job;
  if (!processing || !target || "asset_ids" in run.inputs || "data_ids" in run.inputs) return null;
  const inputs = Object.fromEntries(Object.entries(run.inputs).filter(([name]) => name !== "output_datalake_id")); // made at launch
  const given = Object.fromEntries(secrets.map((name) => [name, "..."]));
  const limits = Object.entries(limitsOf(run.resources)).filter(([, value]) => value);
  const parameters = { ...run.parameters, ...given };
  const resources = Object.fromEntries(limits.map(([name, value]) => [name, value.replace(" ", "")]));
  const retry = run.retry && { ...run.retry };
  const body: Record<string, Json> = {
    parameters,
    ...(filled(inputs) && { inputs }),
    ...(filled(resources) && { resources }),
    ...(run.priority && { priority: run.priority }),
    ...(retry && { retry }),
  };
  return {
    terminal: [
      `safelight processing launch ${quoted(processing.name)} --target ${quoted(target.name)}`,
      ...options("--set", parameters),
      ...options("--input", inputs),
      ...options("--limit", resources),
      ...(run.priority ? [`--priority ${run.priority}`] : []),
      ...(retry ? [`--retry ${retry.times} --retry-on ${retry.kinds.join(",")} --retry-after ${retry.backoff_s}`] : []),
    ].join(" \\\n  "),
    python: python(
      origin,
      [
        `job = client.processings.get(${literal(processing.name)}).launch(`,
        `    ${literal(target.id)},`,
        ...Object.entries(body).map(([name, values]) => `    ${name}=${literal(values)},`),
        ")",
      ].join("\n"),
    ),
    rest: curl(origin, `/processings/${processing.id}/launch`, { target_id: target.id, ...body }),
  };
}

const filled = (values: JsonObject): boolean => Object.keys(values).length > 0;

const options = (option: string, values: JsonObject): string[] =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${option} ${quoted(`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)}`);

const python = (origin: string, lines: string): string =>
  ["import safelight", `client = safelight.Client("${origin}")  # takes the login of \`safelight login\``, lines].join("\n");

function curl(origin: string, path: string, body: JsonObject): string {
  return [
    `curl -X POST ${origin}/api/v1${path}`,
    `-H "Authorization: Bearer $SAFELIGHT_TOKEN" -H "Content-Type: application/json"`,
    `-d ${quoted(JSON.stringify(body))}`,
  ].join(" \\\n  ");
}

/** As a POSIX shell takes it for one word. */
export const quoted = (text: string): string => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** As Python writes it. */
export function literal(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, each]) => `${JSON.stringify(name)}: ${literal(each)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}
