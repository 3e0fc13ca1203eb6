/** Jobs, runs and the event stream of the pretended server. */
import type { ServerResponse } from "node:http";
import type { Job, JobCounts, Run, RunStatus } from "../src/api/types.ts";
import { type Answer, type Call, ok, refuse } from "./plugin.ts";
import { jobs, uuid } from "./seed.ts";

const streams = new Set<ServerResponse>();
let number = 100;

export function answerJobs({ method, path, query, body, response }: Call): Answer {
  const [noun, id, verb] = path;
  if (noun === "events") return follow(response);
  if (noun === "jobs" && !id) return ok(page(filtered(query), query));
  if (noun === "jobs" && id === "counts") return ok(counts(query));
  if ((noun === "versions" || noun === "experiments") && verb === "jobs") return ok({ items: jobs.filter((job) => job.target?.id === id).slice(0, 6), next: null });
  const job = jobs.find((each) => (noun === "jobs" ? each.id.endsWith(id ?? "-") : each.job_runs.some((run) => run.id === id)));
  const run = job?.job_runs.find((each) => each.id === id);
  if (noun === "jobs") return job ? (verb === "rerun" ? rerun(job) : ok(job)) : refuse(404, "not_found", "No such job.");
  if (noun !== "runs" || !job || !run) return undefined;
  if (method === "POST" && verb === "stop") return stop(job, run, Number(body["grace_s"]));
  return ok({ ...run, events: timeline(run) });
}

function filtered(query: URLSearchParams): Job[] {
  const [type, user, search] = [query.get("type"), query.get("user"), query.get("search")?.toLowerCase()];
  const status = query.getAll("status");
  return jobs.filter(
    (job) =>
      (!type || job.type === type) &&
      (!status.length || status.includes(job.status)) &&
      (!user || job.triggered_by.name === user) &&
      (!search || job.name.toLowerCase().includes(search)),
  );
}

function page(rows: Job[], query: URLSearchParams) {
  const from = Number(query.get("after") ?? 0);
  const to = from + Number(query.get("limit") ?? 50);
  return { items: rows.slice(from, to), next: to < rows.length ? String(to) : null };
}

function counts(query: URLSearchParams): JobCounts {
  const rows = filtered(query);
  const types = { ALL: rows.length, PROCESSING: 0, TRAINING: 0, INTERNAL: 0 };
  const statuses: Partial<Record<RunStatus, number>> = {};
  for (const row of rows) {
    types[row.type] += 1;
    statuses[row.status] = (statuses[row.status] ?? 0) + 1;
  }
  return { types, statuses, capped: false, exact_below: null };
}

function rerun(job: Job): Answer {
  if (job.status === "RUNNING") return refuse(409, "live_run", `Run ${job.run_number} has not ended yet.`);
  const last = job.job_runs[0] as Run;
  const at = new Date().toISOString();
  const run: Run = { ...last, id: uuid(number, "0d"), number: last.number + 1, status: "RUNNING", created_at: at, queued_at: at, started_at: at, finished_at: null, failure: null, result: null, progress: null, log: { ...last.log, lines: 0, complete: false } };
  job.job_runs.unshift(run);
  Object.assign(job, { status: "RUNNING", run_id: run.id, run_number: run.number, runs: job.runs + 1, failure: null, started_at: at, finished_at: null, triggered_at: at });
  tell("run_created", job, run);
  return ok(run, 201);
}

function stop(job: Job, run: Run, grace: number): Answer {
  run.stop = { requested_at: new Date().toISOString(), by: { id: "u-you", name: "ada" }, grace_s: grace, kill_at: new Date(Date.now() + grace * 1000).toISOString() };
  job.stop_requested_at = run.stop.requested_at;
  tell("run_stop_requested", job, run);
  setTimeout(() => {
    Object.assign(run, { status: "KILLED", finished_at: new Date().toISOString(), log: { ...run.log, complete: true } });
    Object.assign(job, { status: "KILLED", finished_at: run.finished_at });
    tell("run_ended", job, run);
  }, Math.min(grace * 1000, 6000));
  return ok(run, 202);
}

function timeline(run: Run) {
  const fact = (n: number, at: string | null, kind: string, facts: object, user: object | null = null) => at ? [{ number: n, at, kind, user, facts }] : [];
  return [
    ...fact(1, run.created_at, "run_created", { number: run.number }, run.triggered_by),
    ...fact(2, run.queued_at, "run_queued", { engine: run.engine }),
    ...fact(3, run.started_at, "run_started", {}),
    ...fact(4, run.stop?.requested_at ?? null, "run_stop_requested", { grace_s: 30 }, run.triggered_by),
    ...fact(5, run.finished_at, "run_ended", { status: run.status, failure: run.failure }),
  ];
}

function follow(response: ServerResponse): Answer {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.write(`event: hello\ndata: ${JSON.stringify({ number })}\n\n`);
  streams.add(response);
  response.on("close", () => streams.delete(response));
  return null;
}

function tell(kind: string, job: Job, run: Run): void {
  number += 1;
  const data = { number, at: new Date().toISOString(), kind, job_id: job.id, run_id: run.id, user_id: null, facts: {} };
  for (const stream of streams) stream.write(`id: ${number}\ndata: ${JSON.stringify(data)}\n\n`);
}

setInterval(() => {
  for (const job of jobs.filter(({ status }) => status === "RUNNING")) {
    const run = job.job_runs[0];
    if (!run?.progress?.total || run.progress.unit === "epochs") continue;
    run.progress.done = Math.min(run.progress.total, run.progress.done + 48);
    run.progress.eta_s = (run.progress.total - run.progress.done) / 48;
    const news = JSON.stringify({ job_id: job.id, run_id: run.id, progress: run.progress });
    for (const stream of streams) stream.write(`event: progress\ndata: ${news}\n\n`);
  }
}, 1000).unref();
