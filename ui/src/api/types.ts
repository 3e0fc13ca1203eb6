/**
 * What the server answers under /api/v1, as its OpenAPI says it (`make reference`), narrowed where the
 * page knows more: JSON values, and words that are one of a few. Times are RFC 3339 in UTC.
 */
import type { components } from "./openapi";

type Said = components["schemas"];
type Narrow<Base, More> = Omit<Base, keyof More> & More;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Ref = Said["Named"];
export type Role = "owner" | "admin" | "member" | "viewer";
export type Session = Narrow<Said["SessionView"], { role: Role; organizations: (Ref & { role: Role })[] }>;

// --- jobs ----------------------------------------------------------------------------------------

export type JobType = Said["JobType"];
export type RunStatus = Said["RunStatus"];
export type TargetType = Said["TargetType"];
export type Target = Narrow<Said["TargetView"], { type: TargetType }>;
export type Progress = Said["ProgressView"];
export type Failure = Narrow<Said["FailureView"], { proposal: { parameters?: JsonObject; resources?: Partial<Resources> } }>;
export type FailureKind = Said["FailureKind"];
export type Usual = Said["UsualView"];
export type SameFailure = Said["SameFailureView"];
export type FilterValue = Said["ValueView"];
export type BulkAction = Said["Action"];
export type BulkResult = Said["BulkResult"];
export type BulkResults = Said["BulkResults"];
export type SavedView = Said["ViewView"];
export type SavedViewForm = Said["ViewBody"];
export type JobColumn = Said["JobColumn"];
export type Density = Said["Density"];
export type Resources = Said["ResourcesView"];
export type Retry = Said["RetryView"];
/** How a launch ranks, and when it is tried again; what is left out stays as the package or the run has it. */
export interface Terms {
  priority?: number;
  retry?: Retry | null;
}
export type JobRow = Narrow<Said["JobRow"], { target: Target | null }>;
export type TimelineEvent = Narrow<Said["EventView"], { facts: JsonObject }>;

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

/** What an import would do, as a check found out. */
export interface ImportCheck {
  format: string;
  pictures: {
    total: number;
    in_version: number;
    in_datalake: number;
    unknown: number;
    unknown_first: string[];
    unknown_with_file: number;
  };
  labels: {
    known_total: number;
    missing_total: number;
    known: { name: string; shapes: number }[];
    missing: { name: string; shapes: number }[];
    create: boolean;
  };
  shapes: { total: number; by_kind: Partial<Record<ShapeKind, number>> };
  outside: { total: number; first: string[] };
  bad: { total: number; first: { where: string; reason: string; offset: number | null; line: number | null }[] };
  effect: { mode: "replace" | "keep" | "concatenate"; annotated: number; shapes_there: number };
}

export interface RunResult {
  check?: ImportCheck;
  summary?: string;
  counts?: Record<string, number>;
  outputs?: Output[];
  downloads?: Download[];
}

export type Run = Narrow<
  Said["RunView"],
  {
    failure: Failure | null;
    parameters: JsonObject;
    inputs: JsonObject;
    source: JsonObject;
    snapshot: JsonObject | null;
    result: RunResult | null;
    /** Only where one run is asked for. */
    events?: TimelineEvent[];
  }
>;
export type Job = Narrow<Said["JobDetail"], { target: Target | null; job_runs: Run[] }>;
export type JobCounts = Narrow<
  Said["CountsView"],
  { types: Record<JobType | "ALL", number>; statuses: Partial<Record<RunStatus, number>> }
>;

export type Samples = Said["SamplesView"];
export type Sample = Said["SampleView"];
export type Difference = Narrow<Said["DifferenceView"], { before: Json; after: Json }>;
type Compared = "parameters" | "inputs" | "resources" | "source" | "environment" | "packages" | "counts" | "sections";
export type Comparison = Narrow<Said["ComparisonView"], Record<Compared, Difference[]>>;
export type LogDifference = Said["LogDifferenceView"];
export type RerunForm = Narrow<Said["FormView"], { parameters: Record<string, Parameter> }>;
export type RerunCheck = Said["CheckView"];

// --- logs ----------------------------------------------------------------------------------------

export type Stream = "stdout" | "stderr" | "setup";
export type LogLine = Narrow<Omit<Said["LineView"], "more">, { stream: Stream }> & { more?: number };
export type LogSection = Said["SectionView"];
export type LogPage = Narrow<Said["LogPage"], { lines: LogLine[]; open: Partial<Record<Stream, string>> }>;
export type LogHit = LogLine & { before?: LogLine[]; after?: LogLine[] };
export type LogHits = Narrow<Said["HitsView"], { hits: LogHit[] }>;

// --- data ----------------------------------------------------------------------------------------

export type DatasetType =
  | "NOT_CONFIGURED"
  | "CLASSIFICATION"
  | "OBJECT_DETECTION"
  | "SEGMENTATION"
  | "KEYPOINT"
  | "POINT"
  | "LINE"
  | "MASK"
  | "MULTI";
export type DatasetRow = Narrow<
  Said["DatasetRow"],
  { latest_version: Narrow<Said["LatestVersion"], { type: DatasetType }> | null }
>;
export type AssetPlaces = Said["AssetPlaces"];
export type Neighbour = Narrow<Said["Neighbour"], { asset: Asset | null }>;
export type Origin = Said["OriginView"];
export type Source = Said["OriginSource"];
export type Version = Narrow<Said["VersionView"], { type: DatasetType }>;
export type Label = Said["LabelCount"];
export type OperationParameter = Narrow<Said["ParameterOfOperation"], { default: Json }>;
export type Operation = Narrow<Said["OperationView"], { parameters: OperationParameter[] }>;
export type VersionDetail = Narrow<Said["VersionDetail"], { type: DatasetType }>;
export type Statistics = Said["StatisticsView"];
export type Dataset = Narrow<Said["DatasetView"], { versions: Version[] }>;
export type ShapeKind = "rectangle" | "polygon" | "classification" | "line" | "point" | "keypoints" | "mask";
export type Shape = Narrow<Said["ShapeView"], { kind: ShapeKind; geometry: Json }>;
export type Asset = Narrow<
  Said["AssetView"],
  { width: number; height: number; status: "DONE" | "PENDING"; shapes: Shape[] }
>;

// --- changes ---------------------------------------------------------------------------------------

export type Change = Said["ChangeView"];
export type ChangeNumbers = Said["NumbersView"];
export type Side = Narrow<Said["PictureSide"], { shapes: Shape[] }>;
export type PictureChange = Narrow<Said["PictureChangeView"], { before: Side; after: Side }>;

/** One thing that stands in the way of an undo, said in a sentence. */
export interface Standing {
  field: string;
  what: string;
  sentence: string;
  asset_id: string | null;
  job_id: string | null;
}

export interface NewerChanges {
  total: number;
  /** Whether these may stay while the rest is undone. */
  may_keep: boolean;
  conflicts: Standing[];
}
export type Datalake = Said["DatalakeView"];
export type DataFile = Narrow<Said["FileView"], { status: "DONE" | "PENDING" }>;
export type DataDetail = Narrow<Said["DataDetail"], { status: "DONE" | "PENDING" }>;
export type Places = Said["Places"];

// --- scripts and trainings -----------------------------------------------------------------------

export type Parameter = Partial<Pick<Said["RuleView"], "min" | "max" | "help" | "required">> & {
  type: "integer" | "number" | "boolean" | "string" | "choice" | "secret";
  default: Json;
  choices?: Json[] | null;
};
export type ProcessingInput = Said["InputView"];
export type Processing = Narrow<
  Said["ProcessingView"],
  { parameters: Record<string, Parameter>; default_parameters: JsonObject }
>;
export type Training = Narrow<
  Said["TrainingView"],
  { parameters: Record<string, Parameter>; default_parameters: JsonObject }
>;
export type ProjectRow = Said["ProjectRow"];
export type Project = Said["ProjectView"];
export type ExperimentRow = Said["ExperimentRow"];
export type Metric = Narrow<Said["MetricView"], { last: Json }>;
export type MetricSeries = Narrow<Said["SeriesView"], { data: Json }>;
export type Artifact = Said["ArtifactView"];
export type Experiment = Narrow<
  Said["ExperimentView"],
  { parameters: JsonObject; parameter_rules: Record<string, Parameter>; metrics: Metric[] }
>;
