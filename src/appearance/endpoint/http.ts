import { ReflowError } from "../../kit/errors.js";

export type Ask = Readonly<{
  url: string;
  method: "GET" | "POST";
  headers?: Readonly<Record<string, string>>;
  body?: string | FormData;
}>;

export type Limits = Readonly<{
  /** Seconds until the whole answer must be there. */
  timeout: number;
  maxBytes: number;
  apiKey?: string;
  signal?: AbortSignal;
}>;

export type Answer = Readonly<{ status: number; headers: Headers; bytes: Buffer }>;

/** Redirections of one request that are followed. */
const MOST_REDIRECTS = 3;

/**
 * One HTTP exchange with an end: the answer is read within `timeout` seconds and `maxBytes`, also when it drips.
 * Redirections are followed to the same origin only and only those that keep the request (307, 308).
 *
 * Throws `endpoint_unreachable`, `endpoint_timeout`, `endpoint_cut_off`, `endpoint_answer_too_large`,
 * `endpoint_redirect`; an abort of `signal` passes through.
 */
export async function exchange(ask: Ask, limits: Limits): Promise<Answer> {
  const deadline = AbortSignal.timeout(Math.ceil(limits.timeout * 1000));
  const signal = limits.signal ? AbortSignal.any([limits.signal, deadline]) : deadline;
  let url = ask.url;
  try {
    for (let hop = 0; ; hop++) {
      const response = await fetch(url, {
        method: ask.method,
        headers: { Authorization: `Bearer ${limits.apiKey || "dummy"}`, ...ask.headers },
        ...(ask.body !== undefined && { body: ask.body }),
        redirect: "manual",
        signal,
      });
      if (response.status < 300 || response.status >= 400 || response.status === 304)
        return {
          status: response.status,
          headers: response.headers,
          bytes: await bounded(response, limits.maxBytes),
        };
      await response.body?.cancel();
      url = redirected(url, response, hop);
    }
  } catch (error) {
    throw explained(error, url, limits, deadline);
  }
}

function redirected(url: string, response: Response, hop: number): string {
  const fail = (why: string) =>
    new ReflowError(
      "stage",
      "endpoint_redirect",
      `${shown(url)} answers with a redirection (${response.status}) ${why}`,
      "Name the final address with --endpoint.",
    );
  const to = response.headers.get("location");
  if (!to || !URL.canParse(to, url)) throw fail("that names no address");
  const next = new URL(to, url);
  // Pictures and the key stay with the server that was named.
  if (next.origin !== new URL(url).origin) throw fail(`to another server, ${next.origin}`);
  if (response.status !== 307 && response.status !== 308) throw fail("that drops the request");
  if (hop >= MOST_REDIRECTS) throw fail("without end");
  return next.href;
}

async function bounded(response: Response, most: number): Promise<Buffer> {
  const tooLarge = () =>
    new ReflowError(
      "stage",
      "endpoint_answer_too_large",
      `the answer is larger than ${Math.round(most / 1024 / 1024)} MiB`,
      "Look at what the server sends; this is no edited crop.",
    );
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > most) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    // Leaving the loop closes the connection.
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function explained(error: unknown, url: string, limits: Limits, deadline: AbortSignal): unknown {
  if (error instanceof ReflowError) return error;
  if (limits.signal?.aborted) return limits.signal.reason ?? error;
  const cause = (error as { cause?: { code?: unknown; message?: unknown } }).cause;
  const code = String(cause?.code ?? "");
  if (deadline.aborted || /TIMEOUT/.test(code))
    return new ReflowError(
      "stage",
      "endpoint_timeout",
      `${shown(url)} did not answer within ${limits.timeout} s`,
      "Raise --timeout, or lower --concurrency.",
    );
  if (/^(UND_ERR_SOCKET|ECONNRESET|EPIPE|UND_ERR_REQ_CONTENT|HPE_)/.test(code))
    return new ReflowError(
      "stage",
      "endpoint_cut_off",
      `${shown(url)} closed the connection before its answer was complete (${code})`,
      "Look at the log of the server: it may have run out of memory.",
    );
  return new ReflowError(
    "stage",
    "endpoint_unreachable",
    `cannot reach ${shown(url)}${code ? ` (${code})` : ""}`,
    "Check the address, and that the server runs and can be reached from here.",
    { cause: error },
  );
}

/** An address without what could be secret. */
export function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
