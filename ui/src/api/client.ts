/** The one way to the server: JSON in, JSON out, errors as ApiError. */

export const base = "/api/v1";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail: unknown = null,
  ) {
    super(message);
  }
}

type Value = string | number | boolean | null | undefined;
export type Query = Record<string, Value | readonly string[]>;

interface Options {
  query?: Query;
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
  /** Makes a repeated launch harmless: the same key answers the job that exists. */
  once?: string;
}

let organization = "";

/** Whose objects the following calls ask for: the organization in the address. */
export function speakFor(name: string): void {
  organization = name;
}

export function address(path: string, query: Query = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value as string[]) pairs.append(name, one);
    else if (value !== undefined && value !== null && value !== "") pairs.set(name, String(value));
  }
  const text = pairs.toString();
  return `${base}${path}${text ? `?${text}` : ""}`;
}

/** An address for what cannot send a header: event streams, downloads. */
export const link = (path: string, query: Query = {}): string => address(path, { ...query, organization });

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (organization) headers["X-Organization"] = encodeURIComponent(organization);
  if (options.once) headers["Idempotency-Key"] = options.once;
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      body: options.form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "Safelight does not answer. Is the server running?");
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  throw refusal(response.status, text);
}

function refusal(status: number, text: string): ApiError {
  try {
    const said = JSON.parse(text) as { code?: string; message?: string; detail?: unknown };
    return new ApiError(status, said.code ?? "error", said.message ?? `The server answered ${status}.`, said.detail);
  } catch {
    return new ApiError(status, "error", `The server answered ${status}.`);
  }
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  call<T>("GET", path, { ...(query && { query }), ...(signal && { signal }) });
export const post = <T>(path: string, body: unknown = {}, once?: string): Promise<T> =>
  call<T>("POST", path, { body, ...(once && { once }) });
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>("PUT", path, { body });
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>("PATCH", path, { body });
export const send = <T>(path: string, form: FormData, once?: string): Promise<T> =>
  call<T>("POST", path, { form, ...(once && { once }) });
export const remove = (path: string): Promise<undefined> => call<undefined>("DELETE", path);

/** Whether trying the same call again could help. */
export function mayRetry(failures: number, error: Error): boolean {
  if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false;
  return failures < 2;
}
