import path from "node:path";
import { Piscina } from "piscina";
import { asProblem, dataError, type Problem, ReflowError } from "../../kit/errors.js";
import { exists, hashText, readJson, writeJsonAtomic } from "../../kit/files.js";
import { requireApart } from "../../kit/folders.js";
import type { Pixels } from "../../kit/images.js";
import { revivedError, workerUrl } from "../../kit/pool.js";
import { type AppearanceFit, fitAppearance, type TransferSettings } from "../transfer/fit.js";
import { editFolder, type FolderEdit, type FolderResult } from "./edit-folder.js";
import { readExemplars } from "./exemplars.js";
import { MANIFEST } from "./journal.js";
import { listFolder } from "./listing.js";
import { evenly, observe } from "./observe.js";
import type { TransferTask } from "./transfer.worker.js";

export type TransferFolder = Omit<FolderEdit, "editor" | "concurrency"> &
  Readonly<{
    exemplars: string;
    /** Size of the exemplars' pixels in pixels of the input. */
    exemplarScale?: number;
    settings: TransferSettings;
    workers: number;
  }>;

/** Input pictures that the fit looks at. */
const LOOKED_AT = 24;
const FIT = "appearance-fit.json";

/**
 * Gives every picture below `input` the look of the real pictures below `exemplars`. What was learnt is kept in
 * `appearance-fit.json`, so that a continued run, also over more pictures, gives one look.
 *
 * Throws what {@link editFolder} and {@link readExemplars} do.
 */
export async function transferFolder(o: TransferFolder): Promise<FolderResult> {
  const { input, output, settings, exemplars, exemplarScale = 1 } = o;
  await requireApart(input, output);
  const learnt = await readExemplars(exemplars, exemplarScale);
  const how = {
    way: "transfer",
    ...settings,
    exemplarScale,
    exemplars: learnt.hashes.length,
    exemplarsHash: hashText(learnt.hashes.join("\n")),
  };
  const { fit, fresh, told } = await fitFor(o, how, learnt.observed);
  const problems = [...learnt.problems, ...told];
  if (settings.division === "labels" && fit.division === "none") {
    const problem: Problem = {
      code: "classes_unlabelled",
      severity: "warning",
      message: "not all pictures and exemplars have labels: one map is used for all classes",
      hint: "Give exemplars with label images, such as crops of registered photos.",
      where: { file: exemplars },
    };
    problems.push(problem);
  }
  const pool = new Piscina({
    filename: workerUrl(import.meta.url, "./transfer.worker.js"),
    minThreads: 1,
    maxThreads: Math.max(1, o.workers),
    concurrentTasksPerWorker: 1,
    workerData: fit,
  });
  try {
    const result = await editFolder({
      ...o,
      // What was learnt is written once the output is known to be ours.
      ...(fresh && { begun: () => writeJsonAtomic(path.join(output, FIT), { how, hash: hashOf(fit), fit }) }),
      concurrency: Math.max(1, o.workers),
      editor: {
        how,
        usesLabels: fit.division === "labels",
        edit: async ({ relative, picture, segmentation }, signal) => {
          const task: TransferTask = { picture, name: relative, seed: settings.seed, segmentation };
          try {
            return { picture: (await pool.run(task, { signal })) as Pixels };
          } catch (error) {
            throw revivedError(error);
          }
        },
      },
    });
    return { ...result, problems: [...problems, ...result.problems] };
  } finally {
    await pool.destroy();
  }
}

/** Tells whether what was learnt is as it was written. */
function hashOf(fit: AppearanceFit): string {
  return hashText(JSON.stringify(fit));
}

/** The fit of an earlier run in the same way, or a new one; a damaged one is told and learnt anew. */
async function fitFor(
  o: TransferFolder,
  how: Readonly<Record<string, unknown>>,
  exemplars: Parameters<typeof fitAppearance>[1],
): Promise<{ fit: AppearanceFit; fresh: boolean; told: readonly Problem[] }> {
  const file = path.join(o.output, FIT);
  const begun =
    (await exists(path.join(o.output, MANIFEST))) || (await exists(path.join(o.output, ".appearance.jsonl")));
  const told: Problem[] = [];
  if (begun && (await exists(file))) {
    const old = await keptFit(file);
    const same = old && JSON.stringify(old.how) === JSON.stringify(how);
    if (same) return { fit: old.fit, fresh: false, told };
    if (!old)
      told.push({
        code: "fit_damaged",
        severity: "warning",
        message: "what an earlier run had learnt cannot be read any more and is learnt anew",
        hint: "If pictures were added since, earlier ones may look different: remove the output to make all anew.",
        where: { file },
      });
  }
  const files = await listFolder(o.input);
  const pictures = files.filter((f) => f.role === "picture");
  const problems: Problem[] = [];
  const sources = await observe(o.input, files, evenly(pictures, LOOKED_AT), (_, error) =>
    problems.push(asProblem(error)),
  );
  if (sources.length === 0)
    throw pictures.length === 0
      ? dataError("no_pictures", `no PNG or JPEG picture below ${o.input}`, "Name the folder of the crops.", {
          file: o.input,
        })
      : dataError(
          "no_pictures",
          `no readable picture below ${o.input}: ${problems[0]?.message}`,
          "Restore them.",
          {
            file: o.input,
          },
        );
  o.emit?.({
    type: "log",
    level: "info",
    message: `learning from ${exemplars.length} exemplars and ${sources.length} pictures`,
  });
  return { fit: fitAppearance(sources, exemplars, o.settings), fresh: true, told };
}

/** What `appearance-fit.json` holds; undefined when it is not as it was written. */
export async function keptFit(file: string): Promise<{ how: unknown; fit: AppearanceFit } | undefined> {
  try {
    const old = (await readJson(file)) as { how?: unknown; hash?: unknown; fit?: AppearanceFit } | null;
    return old?.fit && old.hash === hashOf(old.fit) ? { how: old.how, fit: old.fit } : undefined;
  } catch (error) {
    if (error instanceof ReflowError && error.kind === "data") return undefined;
    throw error;
  }
}
