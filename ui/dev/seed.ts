/** The jobs of the pretended server. */
import type { Job, JobRow, JobType, Progress, Ref, Run, RunStatus, Target } from "../src/api/types.ts";

const now = Date.now();
export const before = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const MIN = 60;
const HOUR = 3600;

const YOU: Ref = { id: "u-you", name: "ada" };
const RESEARCH: Ref = { id: "u-research", name: "research" };
const DATA: Ref = { id: "u-data", name: "data-ops" };
const NIGHTLY: Ref = { id: "u-nightly", name: "nightly" };

const SPRING: Target = { type: "DATASET_VERSION", id: "v-spring", name: "apples / spring-2026", path: "/dataset/d-apples/version/v-spring/assets" };
const RAW: Target = { type: "DATASET_VERSION", id: "v-raw", name: "drone / raw", path: "/dataset/d-drone/version/v-raw/assets" };
const SWEEP: Target = { type: "EXPERIMENT", id: "e-sweep", name: "orchard / rtdetr-lr-sweep-3", path: "/project/p-orchard/experiment/e-sweep" };
const BASE: Target = { type: "EXPERIMENT", id: "e-base", name: "orchard / baseline", path: "/project/p-orchard/experiment/e-base" };
const LAKE: Target = { type: "DATALAKE", id: "l-default", name: "datalake / default", path: "/datalake/l-default" };

interface Seed {
  type: JobType;
  operation: string;
  name: string;
  status: RunStatus;
  target: Target;
  by: Ref;
  ago: number;
  took?: number;
  progress?: Progress;
  failure?: { kind: string; message: string; excerpt: string };
  summary?: string;
  waiting?: string;
  lines?: number;
  runs?: number;
  parameters?: Record<string, number | string>;
}

const OOM = `INFO capture_0321.tif 7680x4320 -> 40 tiles, 240 boxes kept, 11 cut
Traceback (most recent call last):
  File "main.py", line 88, in tile
    buffer = np.empty((batch, h, w, 3), np.uint8)
MemoryError: Unable to allocate 3.12 GiB
Killed: out of memory (SIGKILL by the kernel)`;

const SEEDS: Seed[] = [
  { type: "PROCESSING", operation: "processing", name: "Pre-annotate with orchard-detector v7", status: "RUNNING", target: SPRING, by: YOU, ago: 154, progress: { done: 7431, total: 12000, unit: "pictures", phase: "", rate: 48, eta_s: 95 }, lines: 900, parameters: { confidence: 0.35, batch: 16 } },
  { type: "TRAINING", operation: "training", name: "Train RT-DETR, orchard, 50 epochs", status: "RUNNING", target: SWEEP, by: RESEARCH, ago: 38 * MIN, progress: { done: 17, total: 50, unit: "epochs", phase: "", rate: 0.0077, eta_s: 4200 }, lines: 2400 },
  { type: "PROCESSING", operation: "processing", name: "Augment: rotate and blur", status: "QUEUED", target: SPRING, by: YOU, ago: 62, waiting: "second in line: needs 1 GPU, held by “Train RT-DETR” (expected in 1 h 10 min)" },
  { type: "PROCESSING", operation: "processing", name: "Tile 4k captures", status: "FAILED", target: RAW, by: DATA, ago: 14 * MIN, took: 408, failure: { kind: "out_of_memory", message: "The limit of 4 GiB was reached after 3,210 pictures.", excerpt: OOM }, lines: 18204, runs: 3, parameters: { tile_size: 1024, tile_batch: 32 }, progress: { done: 3210, total: 12000, unit: "pictures", phase: "", rate: null, eta_s: null } },
  { type: "INTERNAL", operation: "import_coco", name: "Import annotations, instances_spring.json", status: "SUCCEEDED", target: SPRING, by: DATA, ago: 22 * MIN, took: 5.3, summary: "118,287 pictures · 860,001 shapes", lines: 42 },
  { type: "INTERNAL", operation: "fork", name: "Fork v3 → spring-2026", status: "SUCCEEDED", target: SPRING, by: DATA, ago: 23 * MIN, took: 0.21, summary: "118,287 pictures with annotations", lines: 6 },
  { type: "TRAINING", operation: "training", name: "Train baseline, 200 epochs", status: "KILLED", target: BASE, by: RESEARCH, ago: 3 * HOUR, took: 6720, progress: { done: 63, total: 200, unit: "epochs", phase: "", rate: null, eta_s: null }, lines: 4100 },
  { type: "PROCESSING", operation: "processing", name: "Quality report", status: "SUCCEEDED", target: LAKE, by: NIGHTLY, ago: 8 * HOUR, took: 200, summary: "41 blurred · 7 duplicates · 3 dark", lines: 380 },
  { type: "INTERNAL", operation: "import_coco", name: "Import annotations, broken_export.json", status: "FAILED", target: RAW, by: YOU, ago: 26 * HOUR, took: 1.8, failure: { kind: "invalid_input", message: "Annotation 48,211 at byte 20,118,442 has a polygon with 7 numbers; nothing was imported.", excerpt: "" }, lines: 18 },
  { type: "INTERNAL", operation: "export_coco", name: "Export spring-2026 as COCO", status: "SUCCEEDED", target: SPRING, by: YOU, ago: 30 * HOUR, took: 12.4, summary: "860,001 shapes · 351 MiB", lines: 14 },
];

export const jobs: Job[] = SEEDS.map(jobOf);
for (let index = 0; index < 160; index += 1) {
  const seed = SEEDS[4 + (index % 6)] as Seed;
  jobs.push(jobOf({ ...seed, ago: (32 + index * 3) * HOUR, runs: 1 }, 100 + index));
}

function jobOf(seed: Seed, index: number): Job {
  const id = uuid(index, "0b");
  const runs = Array.from({ length: seed.runs ?? 1 }, (_, back) => runOf(seed, id, index, (seed.runs ?? 1) - back));
  const newest = runs[0] as Run;
  return { ...rowOf(seed, id, newest), job_runs: runs, processing: seed.type === "PROCESSING" ? { id: "pr-1", name: "tiler" } : null, rerunnable: true };
}

export function uuid(index: number, kind: string): string {
  return `019346a2-7c${kind}-7000-8000-${(0x7c41a09e + index * 7919).toString(16).padStart(12, "0")}`;
}

function rowOf(seed: Seed, id: string, run: Run): JobRow {
  return {
    id, type: seed.type, operation: seed.operation, name: seed.name, status: run.status, target: seed.target,
    triggered_at: run.created_at, triggered_by: seed.by, started_at: run.started_at, finished_at: run.finished_at,
    run_id: run.id, run_number: run.number, runs: seed.runs ?? 1, progress: run.progress, failure: run.failure,
    summary: seed.summary ?? null, waiting: run.waiting, stop_requested_at: null, no_heartbeat_since: null, kept: false,
    usual: run.usual, is_longer_than_usual: false,
    engine: "local",
    archived: false,
  };
}

const DIAGNOSED = {
  exit_code: 137, signal: 9, cause: "host_out_of_memory", fix: "Load less at once, or give the run more memory.",
  proposal: { resources: { memory: 8 * 2 ** 30 } }, evidence: "", line: null, key: "0123456789abcdef",
};

function runOf(seed: Seed, job: string, index: number, number: number): Run {
  const newest = number === (seed.runs ?? 1);
  const age = newest ? seed.ago : seed.ago + (4 - number) * 20 * HOUR;
  const status = newest || number > 1 ? seed.status : "SUCCEEDED";
  const started = status === "QUEUED" || status === "PENDING" ? null : before(age - 1);
  const live = status === "RUNNING" || started === null;
  return {
    id: `${uuid(index, "0c").slice(0, -2)}${String(number).padStart(2, "0")}`, job_id: job, number, status, engine: "local",
    parameters: { ...seed.parameters, ...(newest ? {} : { tile_batch: 8 }) }, inputs: seed.type === "INTERNAL" ? { mode: "replace" } : {},
    resources: { cpu: 4, memory: newest ? 4 * 2 ** 30 : 8 * 2 ** 30, gpu: 0, timeout_s: 7200, disk: null },
    source: seed.type === "INTERNAL" ? { internal: seed.operation } : { package: "71f85b93c2d4e6a8b0c1d2e3f405162738495a6b7c8d9e0f1a2b3c4d5e6f7081" },
    snapshot: { python: "3.11.2", packages: ["albumentations==2.0.8", "numpy==2.3.5", "opencv-python-headless==5.0.0", "pillow==13.0.0"] },
    triggered_by: seed.by, created_at: before(age), queued_at: before(age - 0.4), started_at: started,
    finished_at: live ? null : before(age - 1 - (seed.took ?? 1)), progress: seed.progress ?? null,
    failure: status === "FAILED" && seed.failure ? { ...DIAGNOSED, ...seed.failure } : null,
    exit_code: null, signal: null, declared: null, kept: false,
    rejects: null,
    result: status === "SUCCEEDED" ? { summary: seed.summary ?? "done", counts: { pictures: 118287, shapes: 860001, labels: 12 }, outputs: [{ kind: "DATASET_VERSION", id: "v-spring", name: "apples / spring-2026", path: "/dataset/d-apples/version/v-spring/assets" }], downloads: seed.operation === "export_coco" ? [{ name: "spring-2026.json", object_name: "x", size: 368050176 }] : [] } : null,
    waiting: seed.waiting ?? null, priority: 0, retry: null, retries: 0, ready_at: before(age), stop: null, no_heartbeat_since: null,
    usual: live ? { low_s: 120, high_s: 180, runs: 5, longer_after_s: 280 } : null, is_longer_than_usual: false,
    log: { lines: seed.lines ?? 0, bytes: (seed.lines ?? 0) * 104, complete: !live, source: "captured" },
  };
}
