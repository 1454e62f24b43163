import { openAsBlob } from "node:fs";
import { AwsClient } from "aws4fetch";
import { dataError, ReflowError } from "../../kit/errors.js";
import { requireFile } from "../../kit/files.js";
import type { Entry, S3Access, Storage } from "./types.js";
import { element, elements } from "./xml.js";

/** Larger files go up in parts; a single request may carry 5 GiB, but a retry would send all of it again. */
const PART = 64 * 1024 * 1024;
const RETRIES = 3;

/** A bucket, or a prefix of it, as a storage root: `s3://bucket/prefix`. Makes no request by itself. */
export function s3Storage(root: string, access: S3Access): Storage {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(root) ?? [];
  const region = access.region || "us-east-1";
  const client = new AwsClient({
    accessKeyId: access.accessKeyId,
    secretAccessKey: access.secretAccessKey,
    ...(access.sessionToken && { sessionToken: access.sessionToken }),
    service: "s3",
    region,
    retries: RETRIES,
    initRetryMs: 200,
  });
  // Names with dots do not fit the certificate of the host form.
  const base = access.endpoint
    ? `${access.endpoint.replace(/\/+$/, "")}/${bucket}`
    : bucket.includes(".")
      ? `https://s3.${region}.amazonaws.com/${bucket}`
      : `https://${bucket}.s3.${region}.amazonaws.com`;
  const keyOf = (name: string): string => [prefix, checked(name)].filter((p) => p !== "").join("/");
  const url = (key: string, query = ""): string => `${base}/${key.split("/").map(encoded).join("/")}${query}`;

  async function send(key: string, init: RequestInit & { query?: string } = {}): Promise<Response> {
    const { query = "", ...rest } = init;
    let response: Response;
    try {
      response = await attempts(() => client.fetch(url(key, query), rest), init.signal);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ReflowError(
        "stage",
        "storage_unreachable",
        `cannot reach the store of ${root}: ${reason(error)}`,
        "Check the network and AWS_ENDPOINT_URL; the same command goes on.",
        { cause: error },
      );
    }
    if (response.ok || response.status === 404) return response;
    const said = element(await response.text(), "Code") ?? `HTTP ${response.status}`;
    if (response.status === 403 || response.status === 401)
      throw dataError(
        "storage_denied",
        `the store refuses ${root}: ${said}`,
        "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do with this bucket.",
      );
    throw new ReflowError(
      "stage",
      "storage_failed",
      `the store of ${root} answers ${said}`,
      "Try again later.",
    );
  }

  async function list(below: string, signal?: AbortSignal): Promise<readonly Entry[]> {
    const start = keyOf(below).replace(/\/+$/, "");
    const found: Entry[] = [];
    for (let token: string | undefined, more = true; more; ) {
      const query = new URLSearchParams({ "list-type": "2", prefix: start, "encoding-type": "url" });
      if (token) query.set("continuation-token", token);
      const response = await send("", { query: `?${query}`, signal: signal ?? null });
      const text = await response.text();
      if (response.status === 404)
        throw dataError("storage_missing", `there is no bucket ${bucket}`, "Create it, or correct the root.");
      for (const item of elements(text, "Contents")) {
        const key = decodeURIComponent((element(item, "Key") ?? "").replaceAll("+", "%20"));
        // A prefix is no folder: `models/pcb` also finds `models/pcb-old`.
        if (start !== "" && key !== start && !key.startsWith(`${start}/`)) continue;
        if (!key.endsWith("/"))
          found.push({
            path: prefix ? key.slice(prefix.length + 1) : key,
            size: Number(element(item, "Size")),
          });
      }
      token = element(text, "NextContinuationToken");
      more = element(text, "IsTruncated") === "true" && token !== undefined;
    }
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async function put(name: string, file: string, signal?: AbortSignal): Promise<void> {
    await requireFile(file);
    const blob = await openAsBlob(file);
    const key = keyOf(name);
    if (blob.size <= PART)
      await must(await send(key, { method: "PUT", body: blob, signal: signal ?? null }), name);
    else await putParts(key, blob, signal);
  }

  /** A multipart upload; what was sent of a failed one is thrown away. */
  async function putParts(key: string, blob: Blob, signal?: AbortSignal): Promise<void> {
    const begun = await must(
      await send(key, { method: "POST", query: "?uploads=", signal: signal ?? null }),
      key,
    );
    const id = encodeURIComponent(element(await begun.text(), "UploadId") ?? "");
    try {
      const tags: string[] = [];
      for (let at = 0; at < blob.size; at += PART) {
        const query = `?partNumber=${tags.length + 1}&uploadId=${id}`;
        const body = blob.slice(at, at + PART);
        const sent = await must(await send(key, { method: "PUT", query, body, signal: signal ?? null }), key);
        tags.push(sent.headers.get("etag") ?? "");
      }
      const parts = tags
        .map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
        .join("");
      const body = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
      const done = await must(await send(key, { method: "POST", query: `?uploadId=${id}`, body }), key);
      // The answer to the last step can carry an error after a 200.
      const text = await done.text();
      if (text.includes("<Error>"))
        throw new ReflowError(
          "stage",
          "storage_failed",
          `the store could not finish ${key}`,
          "Try again later.",
        );
    } catch (error) {
      await send(key, { method: "DELETE", query: `?uploadId=${id}` }).catch(() => undefined);
      throw error;
    }
  }

  const must = async (response: Response, name: string): Promise<Response> => {
    if (response.ok) return response;
    throw dataError(
      "storage_missing",
      `${root} has no bucket for ${name}`,
      "Create the bucket, or correct the root.",
    );
  };

  return Object.freeze({
    root,
    list,
    put,
    exists: async (name) => {
      const response = await send(keyOf(name), { method: "HEAD" });
      return response.ok || (await list(name)).length > 0;
    },
    read: async (name) => {
      const response = await send(keyOf(name));
      if (!response.ok)
        throw dataError("file_missing", `no such file: ${root}/${name}`, "Check the path.", {
          file: `${root}/${name}`,
        });
      return Buffer.from(await response.arrayBuffer());
    },
    write: async (name, data) => {
      const body = typeof data === "string" ? data : new Blob([new Uint8Array(data)]);
      await must(await send(keyOf(name), { method: "PUT", body }), name);
    },
  });
}

/** Repeats what failed on the way to the store; answers of the store are repeated by the client itself. */
async function attempts(work: () => Promise<Response>, signal?: AbortSignal | null): Promise<Response> {
  for (let tried = 1; ; tried++)
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || tried >= RETRIES) throw error;
      await new Promise((done) => setTimeout(done, 200 * 2 ** tried));
    }
}

function reason(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown; message?: unknown } }).cause;
  return String(cause?.code ?? cause?.message ?? (error as Error).message);
}

function checked(name: string): string {
  const clean = name.replaceAll("\\", "/").replace(/^\.?\/+|\/+$/g, "");
  if (clean.split("/").includes("..") || clean.includes("\0"))
    throw dataError("path_escapes", `the path "${name}" leaves its root`, "Use a path without `..`.");
  return clean;
}

const encoded = (part: string): string =>
  encodeURIComponent(part).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
