import { rm, stat } from "node:fs/promises";
import { dataError } from "../../kit/errors.js";
import type { Emit } from "../../kit/events.js";
import { joinInside, writeFileAtomic } from "../../kit/files.js";
import type { Storage } from "../storage/index.js";
import { localStorage } from "../storage/local.js";
import type { FlowRequest } from "./types.js";

/** What a flow may read of a storage root (dig 4.3). */
function wanted({ flow, cookbook, knobs }: FlowRequest): readonly string[] {
  const { usecase, settings } = cookbook;
  const labelled = flow !== "good" && flow !== "structural";
  const onBoard = flow !== "day1-roi" && flow !== "finetune";
  return [
    ...(onBoard && (!settings.board || flow === "day1-align") ? ["datasets/pcb/assets"] : []),
    ...(labelled ? [`datasets/${usecase}/raw`] : []),
    ...(labelled && knobs.use_pretrained_checkpoint === true ? [`models/${usecase}`] : []),
  ];
}

/**
 * Copies what a flow needs from an object store to `folder`; files that are there in their size stay, those that the store has no more
 * go. Throws the errors of
 * the store, and `artifact_missing` when it holds nothing of it.
 */
export async function bringRoot(
  storage: Storage,
  folder: string,
  request: FlowRequest,
  o: Readonly<{ emit: Emit; signal: AbortSignal | undefined }>,
): Promise<string> {
  const prefixes = wanted(request);
  const entries = (await Promise.all(prefixes.map((prefix) => storage.list(prefix, o.signal)))).flat();
  if (entries.length === 0 && prefixes.length > 0)
    throw dataError(
      "artifact_missing",
      `${storage.root} holds nothing below ${prefixes.join(", ")}`,
      "Prepare the root with `reflow setup`.",
    );
  for (const [i, { path, size }] of entries.entries()) {
    o.signal?.throwIfAborted();
    const to = joinInside(folder, path);
    const there = await stat(to).catch(() => undefined);
    if (there?.size !== size) await writeFileAtomic(to, await storage.read(path));
    o.emit({ type: "progress", what: "storage root", done: i + 1, total: entries.length, unit: "files" });
  }
  // What is gone from the root must not count any more.
  const wantedNow = new Set(entries.map((entry) => entry.path));
  const here = localStorage(folder, folder);
  for (const prefix of prefixes)
    for (const { path } of await here.list(prefix))
      if (!wantedNow.has(path)) await rm(joinInside(folder, path), { force: true });
  return folder;
}
