import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { exists, hashFile, hashText, isErrno, readJson, writeJsonAtomic } from "../kit/index.js";
import type { FileHash, Job } from "./job.js";

const fileHash = z.object({ path: z.string(), sha256: z.string(), bytes: z.number() });

const receiptSchema = z.object({
  version: z.literal(1),
  job: z.string(),
  digest: z.string(),
  stage: z.string(),
  toolkit: z.string(),
  program: z.object({ name: z.string(), version: z.string() }),
  seed: z.number(),
  parameters: z.record(z.string(), z.unknown()),
  inputs: z.array(fileHash),
  outputs: z.array(fileHash),
  result: z.unknown(),
  /** Everything that differs between two equal runs lives here and nowhere else. */
  run: z.object({
    started_at: z.string(),
    finished_at: z.string(),
    duration_sec: z.number(),
    platform: z.string(),
    host: z.string(),
    machine: z.string(),
    node: z.string(),
  }),
});

/** The record of one finished job. */
export type Receipt = z.infer<typeof receiptSchema>;

/** What the job is: equal digests mean equal work on equal inputs. */
export function jobDigest(job: Job, inputs: readonly FileHash[]): string {
  return hashText(
    JSON.stringify([job.id, job.stage, job.toolkit, job.seed, job.parameters, inputs.map((i) => i.sha256)]),
  );
}

/** Files that tell when something happened; two equal runs differ in them, so receipts leave them out. */
const TIMES = new Set(["receipt.json", "status.json", "timing_summary.json", "trainer.state"]);

/** Hashes files; folders are walked in name order. Temporary files and those that hold times are left out. */
export async function hashFiles(paths: readonly string[]): Promise<FileHash[]> {
  const files: string[] = [];
  for (const p of paths) files.push(...(await walk(p)));
  const out: FileHash[] = [];
  for (const file of files)
    out.push({ path: file, sha256: await hashFile(file), bytes: (await stat(file)).size });
  return out;
}

async function walk(p: string): Promise<string[]> {
  try {
    const entries = await readdir(p, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const below: string[] = [];
    for (const e of entries) {
      if (e.name.endsWith(".tmp") || TIMES.has(e.name)) continue;
      if (e.isDirectory()) below.push(...(await walk(path.join(p, e.name))));
      else if (e.isFile()) below.push(path.join(p, e.name));
    }
    return below;
  } catch (error) {
    if (isErrno(error, "ENOTDIR")) return [p];
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

export function writeReceipt(file: string, receipt: Receipt): Promise<void> {
  return writeJsonAtomic(file, receipt);
}

/** The receipt, or undefined when there is none or it is not one. */
export async function readReceipt(file: string): Promise<Receipt | undefined> {
  if (!(await exists(file))) return undefined;
  const parsed = receiptSchema.safeParse(await readJson(file).catch(() => undefined));
  return parsed.success ? parsed.data : undefined;
}

/** True when the receipt belongs to this very job and every output still has the recorded content. */
export async function receiptHolds(receipt: Receipt, digest: string): Promise<boolean> {
  if (receipt.digest !== digest) return false;
  for (const out of receipt.outputs) {
    const size = await stat(out.path).catch(() => undefined);
    if (size?.size !== out.bytes || (await hashFile(out.path)) !== out.sha256) return false;
  }
  return true;
}
