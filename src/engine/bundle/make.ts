import { copyFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { readCheckpoint } from "../../changenet/index.js";
import type { PairRow } from "../../dataset/index.js";
import {
  dataError,
  exists,
  explainWriteError,
  makeFolder,
  syncFolder,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../kit/index.js";
import type { MetricContract, MetricResult } from "../../metric/index.js";
import { hashFiles } from "../receipt.js";
import { modelCard } from "./card.js";
import { BUNDLE, openBundle } from "./files.js";
import { pickGoldenRows, writeGolden } from "./golden.js";
import { deployThresholds } from "./threshold.js";

export type BundleContents = Readonly<{
  dir: string;
  checkpoint: string;
  contract: MetricContract;
  result: MetricResult;
  threshold: number | null;
  /** The evaluated rows and their scores, in the same order. */
  rows: readonly PairRow[];
  scores: ArrayLike<number>;
  facts: Readonly<Record<string, string | number>>;
}>;

/** Writes a bundle. The same contents give the same bytes; the folder is made anew. */
export async function makeBundle(o: BundleContents): Promise<void> {
  const at = (name: string) => path.join(o.dir, name);
  const { preprocessing } = await readCheckpoint(o.checkpoint);
  try {
    await rm(o.dir, { recursive: true, force: true });
    await makeFolder(o.dir);
    await copyFile(o.checkpoint, at(BUNDLE.model));
  } catch (error) {
    throw explainWriteError(error, o.dir);
  }
  const ng = o.rows.map((r) => r.ng);
  const thresholds = deployThresholds(o.scores, o.threshold);
  await writeJsonAtomic(at(BUNDLE.preprocessing), preprocessing);
  await writeJsonAtomic(at(BUNDLE.thresholds), thresholds);
  await writeJsonAtomic(at(BUNDLE.contract), o.contract);
  const { evidence_path: _, ...result } = o.result;
  await writeJsonAtomic(at(BUNDLE.result), result);
  const picked = pickGoldenRows(o.scores, ng, o.threshold);
  await writeJsonAtomic(at(BUNDLE.golden), await writeGolden(o.dir, o.rows, o.scores, picked));
  await writeFileAtomic(
    at(BUNDLE.card),
    modelCard({ ...o, preprocessing, thresholds, goldenPairs: picked.length }),
  );
  const files = (await hashFiles([o.dir])).map((f) => ({
    ...f,
    path: path.relative(o.dir, f.path).split(path.sep).join("/"),
  }));
  await writeJsonAtomic(at(BUNDLE.manifest), { format: "reflow-bundle", version: 1, files });
}

/** Copies a checked bundle to a new place. Throws `output_exists` when something else is there. */
export async function copyBundle(from: string, to: string): Promise<number> {
  await openBundle(from);
  if ((await exists(to)) && !(await exists(path.join(to, BUNDLE.manifest))))
    throw dataError("output_exists", `${to} exists and is not a bundle`, "Choose a new folder.", {
      file: to,
    });
  const draft = path.join(path.dirname(path.resolve(to)), `.${path.basename(to)}.${process.pid}.draft`);
  try {
    const files = await hashFiles([from]);
    for (const file of files) {
      const target = path.join(draft, path.relative(from, file.path));
      await makeFolder(path.dirname(target));
      await copyFile(file.path, target);
    }
    await rm(to, { recursive: true, force: true });
    await rename(draft, to);
    await syncFolder(path.dirname(path.resolve(to)));
    return files.length;
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    throw explainWriteError(error, to);
  }
}
