import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { jsonOf, list, number, text, tree } from "./json.js";

/** The parts of a job's receipt that the report shows. `run` holds everything that differs between equal runs. */
export type ReceiptFacts = Readonly<{
  job: string;
  stage: string;
  program: string;
  seed: number | undefined;
  digest: string;
  inputs: number;
  outputs: number;
  result: unknown;
  seconds: number | undefined;
  machine: string | undefined;
  host: string | undefined;
  node: string | undefined;
}>;

/** Folders that hold images or checkpoints by the thousand and never a receipt of their own below. */
const SKIP = new Set([
  "images",
  "rca_images",
  "reconstructed_image",
  "original_image",
  "cropped_image",
  "node_modules",
]);

/** All receipts of a run, in path order. */
export async function readReceipts(runDir: string, depth = 4): Promise<readonly ReceiptFacts[]> {
  const files = await find(runDir, depth);
  const receipts = await Promise.all(
    files.map(async (file) => {
      const r = tree(await jsonOf(file));
      const run = tree(r.run);
      const program = tree(r.program);
      const stage = text(r.stage);
      if (!stage) return undefined;
      return {
        job: text(r.job) ?? stage,
        stage,
        program: [text(program.name), text(program.version)].filter(Boolean).join(" "),
        seed: number(r.seed),
        digest: text(r.digest) ?? "",
        inputs: list(r.inputs).length,
        outputs: list(r.outputs).length,
        result: r.result,
        seconds: number(run.duration_sec),
        machine: text(run.machine),
        host: text(run.host),
        node: text(run.node),
      };
    }),
  );
  return receipts.filter((r): r is NonNullable<typeof r> => r !== undefined);
}

async function find(folder: string, depth: number): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const out: string[] = [];
  for (const e of entries) {
    if (e.isFile() && /receipt.*\.json$/.test(e.name)) out.push(path.join(folder, e.name));
    if (e.isDirectory() && depth > 0 && !SKIP.has(e.name) && !e.name.startsWith("."))
      out.push(...(await find(path.join(folder, e.name), depth - 1)));
  }
  return out;
}
