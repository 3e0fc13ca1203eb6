/** Logs of the pretended server: made from the line number, growing while a run is live. */
import type { LogLine, LogSection, Run } from "../src/api/types.ts";
import { type Answer, type Call, ok } from "./plugin.ts";
import { jobs } from "./seed.ts";

const began = Date.now();
const E = "\u001b";
const grown = (run: Run): number => (run.status === "RUNNING" ? run.log.lines + Math.floor((Date.now() - began) / 400) : run.log.lines);

export async function answerLog({ path: [noun, id, verb, more], query, response }: Call): Promise<Answer> {
  const run = noun === "runs" && verb === "log" ? jobs.flatMap((job) => job.job_runs).find((each) => each.id === id) : undefined;
  if (!run) return undefined;
  if (more === "follow") return follow(run, Number(query.get("line") ?? 1), response);
  const total = grown(run);
  if (more === "search") return search(run, query, total);
  await new Promise((wait) => setTimeout(wait, 40));
  const tail = query.get("tail");
  const from = tail ? Math.max(1, total - Number(tail) + 1) : Number(query.get("line") ?? 1);
  const to = Math.min(total, from + Number(query.get("limit") ?? tail ?? 500) - 1);
  return ok({ lines: lines(run, from, to), next_line: to + 1, total_lines: total, complete: run.log.complete, open: openOf(run), sections: sections(run, total) });
}

const lines = (run: Run, from: number, to: number): LogLine[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => ({ ...line(run, from + index), partial: false }));

const openOf = (run: Run) => (run.status === "RUNNING" ? { stderr: `Tiling:  27%|${"█".repeat(9)}${" ".repeat(21)}| 3210/12000 [05:31<15:07, ${(9 + Math.random()).toFixed(2)}it/s]` } : {});

function line(run: Run, n: number): Omit<LogLine, "partial"> {
  const start = Date.parse(run.started_at ?? run.created_at);
  const at = new Date(start + n * 22).toISOString();
  if (n <= 12) return { n, at, stream: "setup", text: n === 1 ? "Resolved 5 packages in 212ms" : ` + package-${n}==1.${n}.0` };
  const left = run.log.lines - n;
  const words = run.failure?.excerpt?.split("\n") ?? [];
  if (left < words.length && run.failure) return { n, at, stream: "stderr", text: words[words.length - 1 - left] ?? "" };
  const name = `capture_${String(n % 1000).padStart(4, "0")}.tif`;
  if (n % 37 === 0) return { n, at, stream: "stderr", text: `${E}[33mWARN${E}[0m rss ${(3 + (n % 90) / 100).toFixed(2)} GiB of 4.00 GiB` };
  if (n % 101 === 0) return { n, at, stream: "stdout", text: `${E}[1mepoch ${n / 101}${E}[0m  loss ${E}[38;5;208m0.${n % 997}${E}[0m  ${E}[38;2;120;200;255mmAP 0.${n % 613}${E}[0m  see ${E}]8;;https://example.org${E}\\the report${E}]8;;${E}\\ and a rather long line that goes on and on to show what wrapping makes of it: ${"tile ".repeat(24)}` };
  return { n, at, stream: "stdout", text: `${E}[36mINFO${E}[0m ${name} 7680x4320 -> 40 tiles, ${n % 240} boxes kept, ${n % 12} cut` };
}

function sections(run: Run, total: number): LogSection[] {
  if (total < 13) return [];
  const start = Date.parse(run.started_at ?? run.created_at);
  const at = (n: number) => new Date(start + n * 22).toISOString();
  const third = Math.max(14, Math.floor(total / 3));
  return [
    { number: 1, name: "Set up", line: 1, end_line: 13, started_at: at(0), ended_at: at(186) },
    { number: 2, name: "Download 12,000 pictures", line: 13, end_line: third, started_at: at(187), ended_at: at(third) },
    { number: 3, name: "Tile", line: third, end_line: run.log.complete ? total : null, started_at: at(third), ended_at: run.log.complete ? at(total) : null },
  ];
}

function search(run: Run, query: URLSearchParams, total: number): Answer {
  const [q, after] = [query.get("q") ?? "", Number(query.get("after") ?? 0)];
  const pattern = new RegExp(query.get("regex") === "true" ? q : q.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
  const hits = lines(run, after + 1, total).filter(({ text }) => pattern.test(text));
  return ok({ hits: hits.slice(0, 500), next: hits.length > 500 ? hits[499]?.n : null, total: hits.length });
}

function follow(run: Run, from: number, response: Call["response"]): Answer {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  let next = from;
  const timer = setInterval(() => {
    const total = grown(run);
    response.write(`event: lines\ndata: ${JSON.stringify({ lines: lines(run, next, total), open: openOf(run), total_lines: total })}\n\n`);
    next = total + 1;
    if (run.status !== "RUNNING") response.write(`event: end\ndata: ${JSON.stringify({ status: run.status, complete: true })}\n\n`);
  }, 400);
  response.on("close", () => clearInterval(timer));
  return null;
}
