/** A pretended server for work on the page alone: `npm run mock`. Never part of the product. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answerJobs } from "./jobs.ts";
import { answerLog } from "./log.ts";
import { answerObjects } from "./objects.ts";

export interface Call {
  method: string;
  path: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  response: ServerResponse;
}

/** An answer, undefined when the path is somebody else's, or null when the response was written. */
export type Answer = { status?: number; json: unknown } | null | undefined;

export const ok = (json: unknown, status = 200): Answer => ({ status, json });
export const refuse = (status: number, code: string, message: string): Answer => ({
  status,
  json: { code, message, detail: null },
});

let signedIn = true;
const session = {
  user: { id: "u-you", name: "ada" },
  organization: { id: "org-1", name: "orchard" },
  role: "owner",
  organizations: [{ id: "org-1", name: "orchard", role: "owner" }],
};

function answerSession({ method, path, body }: Call): Answer {
  if (path[0] !== "session") return signedIn ? undefined : refuse(401, "unauthenticated", "Sign in first.");
  if (method === "GET") return signedIn ? ok(session) : refuse(401, "unauthenticated", "Sign in first.");
  if (method === "DELETE") signedIn = false;
  else if (body["password"] === "wrong" || body["link"] === "used") return refuse(401, "unauthenticated", "Name or password is wrong.");
  else signedIn = true;
  return ok(session);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  let text = "";
  for await (const piece of request) text += String(piece);
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text || "{}") as Record<string, unknown>;
  } catch {
    // a form: its contents do not matter here
  }
  const path = url.pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const call: Call = { method: request.method ?? "GET", path, query: url.searchParams, body, response };
  const answer =
    answerSession(call) ??
    (await answerLog(call)) ??
    answerJobs(call) ??
    answerObjects(call) ??
    (response.writableEnded || response.headersSent ? null : refuse(404, "not_found", `Nothing at ${url.pathname}.`));
  if (!answer || response.headersSent) return;
  response.statusCode = answer.status ?? 200;
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(answer.json));
}

export const mock = (): Plugin => ({
  name: "mock",
  configureServer(server) {
    server.middlewares.use("/api/v1", (request, response) => void handle(request, response));
  },
});
