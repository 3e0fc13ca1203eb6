/** What the server answers under /api/v1. Times are RFC 3339 in UTC. */

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type JobType = "PROCESSING" | "TRAINING" | "INTERNAL";
export type RunStatus = "PENDING" | "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "KILLED";
export type TargetType = "DATASET_VERSION" | "DATALAKE" | "MODEL_VERSION" | "EXPERIMENT";
export type Role = "owner" | "admin" | "member" | "viewer";
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export interface Ref {
  id: string;
  name: string;
}

export interface Target {
  type: TargetType;
  id: string;
  name: string;
  path: string;
}

export interface Progress {
  done: number;
  total: number | null;
  unit: string;
  phase: string;
  rate: number | null;
  eta_s: number | null;
}

export interface FailureLine {
  kind: string;
  message: string;
}

export interface Failure extends FailureLine {
  exit_code: number | null;
  signal: number | null;
  excerpt: string | null;
}

export interface JobRow {
  id: string;
  type: JobType;
  operation: string;
  name: string;
  status: RunStatus;
  target: Target | null;
  triggered_at: string;
  triggered_by: Ref;
  started_at: string | null;
  finished_at: string | null;
  run_id: string;
  run_number: number;
  runs: number;
  progress: Progress | null;
  failure: FailureLine | null;
  summary: string | null;
  waiting: string | null;
  stop_requested_at: string | null;
  no_heartbeat_since: string | null;
  kept: boolean;
}

export interface Resources {
  cpu: number | null;
  memory: number | null;
  gpu: number | null;
  timeout_s: number | null;
}

export interface Output {
  kind: string;
  id: string;
  name: string;
  path: string;
}

export interface Download {
  name: string;
  object_name: string;
  size: number | null;
}

export interface RunResult {
  summary?: string;
  counts?: Record<string, number>;
  outputs?: Output[];
  downloads?: Download[];
}

export interface Stop {
  requested_at: string;
  by: Ref | null;
  grace_s: number;
  kill_at: string | null;
}

export interface TimelineEvent {
  number: number;
  at: string;
  kind: string;
  user: Ref | null;
  facts: JsonObject;
}

export interface Run {
  id: string;
  job_id: string;
  number: number;
  status: RunStatus;
  engine: string;
  parameters: JsonObject;
  inputs: JsonObject;
  resources: Resources;
  source: JsonObject;
  snapshot: JsonObject | null;
  triggered_by: Ref;
  created_at: string;
  queued_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  progress: Progress | null;
  failure: Failure | null;
  exit_code: number | null;
  signal: number | null;
  declared: string | null;
  kept: boolean;
  result: RunResult | null;
  waiting: string | null;
  stop: Stop | null;
  no_heartbeat_since: string | null;
  log: { lines: number; bytes: number; complete: boolean; source: "captured" | "posted" };
  events?: TimelineEvent[];
}

export interface Job extends JobRow {
  job_runs: Run[];
  processing: Ref | null;
  rerunnable: boolean;
}

export interface JobCounts {
  types: Record<JobType | "ALL", number>;
  statuses: Partial<Record<RunStatus, number>>;
  capped: boolean;
}

export type Stream = "stdout" | "stderr" | "setup";

export interface LogLine {
  n: number;
  at: string;
  stream: Stream;
  text: string;
}

export interface LogSection {
  number: number;
  name: string;
  line: number;
  end_line?: number | null;
  started_at: string;
  ended_at: string | null;
}

export interface LogPage {
  lines: LogLine[];
  next_line: number;
  total_lines: number;
  complete: boolean;
  open: Partial<Record<Stream, string>>;
  sections: LogSection[];
}

export interface LogHits {
  hits: LogLine[];
  next: number | null;
  total: number | null;
}

export interface Session {
  user: Ref;
  organization: Ref;
  role: Role;
  organizations: (Ref & { role: Role })[];
}

export type DatasetType =
  | "NOT_CONFIGURED" | "CLASSIFICATION" | "OBJECT_DETECTION" | "SEGMENTATION"
  | "KEYPOINT" | "POINT" | "LINE" | "MASK" | "MULTI";

export interface DatasetRow {
  id: string;
  name: string;
  description: string;
  created_at: string;
  versions: number;
  latest_version: { id: string; name: string; type: DatasetType; asset_count: number } | null;
}

export interface Version {
  id: string;
  name: string;
  dataset: Ref;
  type: DatasetType;
  description: string;
  asset_count: number;
  locked: { by: Ref; at: string } | null;
  forked_from: (Ref & { dataset: Ref }) | null;
  created_at: string;
  created_by: Ref | null;
}

export interface Label extends Ref {
  color: string | null;
  shapes: number;
}

export interface VersionDetail extends Version {
  labels: Label[];
  shape_count: number;
  annotated_count: number;
}

export interface Dataset extends Ref {
  description: string;
  created_at: string;
  versions: Version[];
}

export type ShapeKind =
  | "rectangle" | "polygon" | "classification" | "line" | "point" | "keypoints" | "mask";

export interface Shape {
  id: string;
  kind: ShapeKind;
  label: Ref;
  geometry: Json;
}

export interface Asset {
  id: string;
  data_id: string;
  filename: string;
  width: number;
  height: number;
  status: "DONE" | "PENDING";
  thumbnail: string | null;
  url: string | null;
  tags: string[];
  shapes: Shape[];
}

export interface Datalake extends Ref {
  data_count: number;
}

export interface DataFile {
  id: string;
  filename: string;
  width: number | null;
  height: number | null;
  size: number | null;
  status: "DONE" | "PENDING";
  thumbnail: string | null;
  url: string | null;
  tags: string[];
  created_at: string;
}

export interface Parameter {
  type: "integer" | "number" | "boolean" | "string" | "choice" | "secret";
  default: Json;
  min?: number | null;
  max?: number | null;
  choices?: Json[] | null;
  help?: string | null;
  required?: boolean;
}

export interface ProcessingInput {
  name: string;
  type: string;
  required: boolean;
  inference_type_constraint?: string | null;
  framework_constraint?: string | null;
}

export interface Processing extends Ref {
  target: string;
  type: string;
  description: string;
  is_public: boolean;
  source: JsonObject;
  parameters: Record<string, Parameter>;
  default_parameters: JsonObject;
  inputs: ProcessingInput[];
  resources: Resources;
  created_at: string;
}

export type ExperimentRow = Pick<Experiment, "id" | "name" | "status" | "created_at"> & Partial<Experiment>;

export interface ProjectRow extends Ref {
  description: string;
  created_at: string;
  experiments: number;
}

export interface Project extends Ref {
  description: string;
  created_at: string;
  experiments: ExperimentRow[];
}

export interface Metric {
  name: string;
  type: string;
  points: number;
  last: Json;
  updated_at: string;
}

export interface MetricSeries {
  name: string;
  type: string;
  points: { position: number; value: number; at: string | null }[] | null;
  data: Json;
}

export interface Artifact extends Ref {
  filename: string;
  size: number | null;
  url: string | null;
}

export interface Experiment extends Ref {
  status: string;
  project: Ref;
  base_model_version: (Ref & { model: Ref; launchable: boolean }) | null;
  parameters: JsonObject;
  parameter_rules: Record<string, Parameter>;
  datasets: { alias: string; version: Ref & { dataset: Ref } }[];
  artifacts: Artifact[];
  metrics: Metric[];
  created_at: string;
  created_by: Ref | null;
}

export interface Training extends Ref {
  model: Ref | string;
  description: string;
  parameters: Record<string, Parameter> | JsonObject;
  is_public: boolean;
}
