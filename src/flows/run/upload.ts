import { readFile } from "node:fs/promises";
import path from "node:path";
import { hashFiles } from "../../engine/receipt.js";
import { dataError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { readJson, writeJsonAtomic } from "../../kit/files.js";
import type { Storage } from "../storage/index.js";
import { RECEIPTS, REQUEST_FILE, RESULT_FILE } from "./folder.js";

export type Uploaded = Readonly<{ url: string; files: number; bytes: number }>;

/** What was sent: SHA-256 of each file, so that a run that goes on sends only what is new. */
const RECORD = path.join(RECEIPTS, "upload.json");
/** What came from the root, and what only this machine needs. */
const STAYS = new Set(["inputs", RECEIPTS]);
/** Files on their way at the same time: stores answer slowly. */
const AT_ONCE = 8;

/** Refuses a name under which the root holds another run. Throws `output_exists` and the errors of the store. */
export async function checkUpload(storage: Storage, output: string, name: string): Promise<void> {
  const file = `${placeOf(name)}/${REQUEST_FILE}`;
  if (!(await storage.exists(file))) return;
  if ((await storage.read(file)).equals(await readFile(path.join(output, REQUEST_FILE)))) return;
  throw dataError(
    "output_exists",
    `${storage.root}/${placeOf(name)} holds another run`,
    "Leave --set name out, or choose another one.",
    { file: `${storage.root}/${file}` },
  );
}

/**
 * Copies a finished run to `runs/<name>/` of its storage root (dig 1.2), `result.json` last: where that is, all is. Files
 * that an earlier call has sent and that are still there in their size are not sent again. Throws the errors of the store.
 */
export async function uploadRun(
  storage: Storage,
  output: string,
  name: string,
  o: Readonly<{ emit: Emit; signal: AbortSignal | undefined }>,
): Promise<Uploaded> {
  const to = placeOf(name);
  const known = await sentBefore(path.join(output, RECORD), storage.root);
  const there = new Map((await storage.list(to, o.signal)).map((e) => [e.path, e.size]));
  const files = (await hashFiles([output]))
    .map((f) => ({ ...f, name: path.relative(output, f.path).split(path.sep).join("/") }))
    .filter((f) => !STAYS.has(f.name.split("/")[0] as string) && !f.name.startsWith("."))
    .sort((a, b) => Number(a.name === RESULT_FILE) - Number(b.name === RESULT_FILE));
  const sent: Record<string, string> = {};
  const one = async (f: (typeof files)[number]): Promise<void> => {
    const target = `${to}/${f.name}`;
    if (known[f.name] !== f.sha256 || there.get(target) !== f.bytes)
      await storage.put(target, f.path, o.signal);
    sent[f.name] = f.sha256;
  };
  try {
    // The last one, result.json, goes alone.
    const many = files.slice(0, -1);
    for (let at = 0; at < many.length; at += AT_ONCE) {
      o.signal?.throwIfAborted();
      await Promise.all(many.slice(at, at + AT_ONCE).map(one));
      const done = Math.min(at + AT_ONCE, many.length);
      o.emit({ type: "progress", what: "upload", done, total: files.length, unit: "files" });
    }
    for (const last of files.slice(-1)) await one(last);
  } finally {
    await writeJsonAtomic(path.join(output, RECORD), { version: 1, to: storage.root, files: sent });
  }
  return {
    url: `${storage.root.replace(/\/+$/, "")}/${to}`,
    files: files.length,
    bytes: files.reduce((sum, f) => sum + f.bytes, 0),
  };
}

const placeOf = (name: string): string => `runs/${name}`;

async function sentBefore(file: string, root: string): Promise<Readonly<Record<string, string>>> {
  const record = (await readJson(file).catch(() => undefined)) as
    | { to?: unknown; files?: Record<string, string> }
    | undefined;
  return record?.to === root && typeof record.files === "object" ? (record.files ?? {}) : {};
}
