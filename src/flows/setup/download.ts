import { createHash } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { dataError, explainWriteError, isErrno, ReflowError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { hashFile, readJson, writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";

/** One file to fetch. `sha256` and `size` are checked when the source tells them. */
export type Download = Readonly<{
  url: string;
  file: string;
  size?: number;
  sha256?: string;
  headers?: Readonly<Record<string, string>>;
  /** What the progress shows. */
  name: string;
}>;

export type DownloadOptions = Readonly<{
  emit: Emit;
  signal?: AbortSignal;
  retries?: number;
  /** Milliseconds before the first repetition; doubles each time. */
  pause?: number;
}>;

const BUSY = [408, 425, 429, 500, 502, 503, 504];
/** A server may ask for patience, but not for hours. */
const LONGEST_PAUSE = 60_000;

/**
 * Fetches a file to disk. An interrupted download goes on where it stopped (a range request, if the file at the source
 * is still the same), connections and busy servers are tried again, size and checksum are verified, and only then the
 * file gets its name. Throws `download_refused` (401, 403), `download_missing` (404), `download_failed`,
 * `download_corrupt`.
 */
export async function download(d: Download, o: DownloadOptions): Promise<void> {
  const { retries = 5, pause = 1000 } = o;
  for (let tried = 0; ; tried++)
    try {
      await attempt(d, o);
      return;
    } catch (error) {
      const again = retryable(error);
      if (o.signal?.aborted || !again || tried >= retries) throw final(error, d);
      const wait = Math.min(Math.max(again.after, pause * 2 ** tried), LONGEST_PAUSE);
      o.emit({ type: "log", level: "warn", message: `${d.name}: ${again.why}; trying again` });
      await sleep(wait, undefined, o.signal ? { signal: o.signal } : {});
    }
}

/** What may be tried again: a cut connection, a busy server, a file that arrived wrong once. */
class Again extends Error {
  constructor(
    readonly why: string,
    readonly after = 0,
  ) {
    super(why);
  }
}

function retryable(error: unknown): Again | undefined {
  if (error instanceof Again) return error;
  if (error instanceof ReflowError) return undefined;
  // What fetch throws for a broken connection.
  if (
    error instanceof TypeError ||
    isErrno(error, "ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET")
  )
    return new Again(`connection failed (${cause(error)})`);
  return undefined;
}

function cause(error: unknown): string {
  const inner = (error as { cause?: { code?: unknown; message?: unknown } }).cause;
  return String(inner?.code ?? inner?.message ?? (error as Error).message);
}

function final(error: unknown, d: Download): unknown {
  if (error instanceof ReflowError || (error as Error).name === "AbortError") return error;
  const again = retryable(error);
  if (!again) return error;
  return new ReflowError(
    "stage",
    "download_failed",
    `cannot fetch ${plain(d.url)}: ${again.why}`,
    "Check the network; the same command goes on where it stopped.",
    { cause: error },
  );
}

type Part = Readonly<{ url: string; tag: string | null }>;

async function attempt(d: Download, { emit, signal }: DownloadOptions): Promise<void> {
  const part = `${d.file}.part`;
  const note = `${part}.json`;
  const before = await leftOver(part, note, d.url);
  const response = await fetch(d.url, {
    headers: {
      "accept-encoding": "identity",
      ...d.headers,
      ...(before.size > 0 && {
        range: `bytes=${before.size}-`,
        ...(before.tag && { "if-range": before.tag }),
      }),
    },
    signal: signal ?? null,
  });
  const status = response.status;
  if (status === 416) {
    await Promise.all([rm(part, { force: true }), rm(note, { force: true })]);
    throw new Again("the part on disk does not fit the file any more");
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw refused(response, d);
  }
  const from = status === 206 ? before.size : 0;
  const tag = strongTag(response.headers.get("etag"));
  if (from === 0) await writeJsonAtomic(note, { url: d.url, tag } satisfies Part);
  const rest = Number(response.headers.get("content-length"));
  const total = d.size ?? (rest > 0 ? from + rest : 0);
  await save(response.body, part, from, (done) =>
    emit({ type: "progress", what: d.name, done, total: Math.max(total, done), unit: "B" }),
  );
  await verify(d, part, total);
  await rename(part, d.file);
  await rm(note, { force: true });
}

/** The part of an earlier try, if it came from the same URL. */
async function leftOver(
  part: string,
  note: string,
  url: string,
): Promise<{ size: number; tag: string | null }> {
  const size = (await stat(part).catch(() => undefined))?.size ?? 0;
  const known = (await readJson(note).catch(() => undefined)) as Part | undefined;
  if (size > 0 && known?.url === url) return { size, tag: known.tag };
  return { size: 0, tag: null };
}

const strongTag = (tag: string | null): string | null => (tag === null || tag.startsWith("W/") ? null : tag);

async function save(
  body: ReadableStream<Uint8Array>,
  part: string,
  from: number,
  progress: (done: number) => void,
): Promise<void> {
  try {
    if (from === 0) await writeFileAtomic(part, "");
    const handle = await open(part, "r+");
    try {
      await handle.truncate(from);
      let at = from;
      for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
        await handle.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        progress(at);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw explainWriteError(error, part);
  }
}

async function verify(d: Download, part: string, total: number): Promise<void> {
  const { size } = await stat(part);
  const wanted = d.size ?? total;
  if (wanted > 0 && size < wanted) throw new Again(`only ${size} of ${wanted} bytes came`);
  const wrong =
    (wanted > 0 && size !== wanted && `${size} bytes instead of ${wanted}`) ||
    (d.sha256 !== undefined && (await hashFile(part)) !== d.sha256 && "its checksum differs");
  if (!wrong) return;
  await rm(part, { force: true });
  throw dataError(
    "download_corrupt",
    `${d.name} from ${plain(d.url)} is not what the source announces: ${wrong}`,
    "Run the command again; if it stays so, the file changed at its source.",
    { file: d.file },
  );
}

function refused(response: Response, d: Download): Error {
  const { status } = response;
  if (BUSY.includes(status)) {
    const after = Number(response.headers.get("retry-after"));
    return new Again(`the server answers ${status}`, Number.isFinite(after) ? after * 1000 : 0);
  }
  if (status === 401 || status === 403)
    return dataError(
      "download_refused",
      `${plain(d.url)} is refused (${status})`,
      "Accept the licence on its page with your account, and set HF_TOKEN to a token of that account.",
    );
  return dataError(
    "download_missing",
    `${plain(d.url)} answers ${status}`,
    "The source moved; name a copy with --from.",
  );
}

/** A URL as it may be printed: without its query, which can hold a signature. */
export const plain = (url: string): string => url.replace(/[?#].*$/, "");

/** SHA-256 in hexadecimal. */
export const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
