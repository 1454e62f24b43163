import { readdir, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { syncFolder, temporaryFor, writeFileAtomic } from "../../kit/files.js";

export const LATEST_LINK = "changenet_model_classify_latest.onnx";

/** `model_epoch_<EEE>_step_<SSSSS>.onnx`, zero-based epoch and global step (contract 10.5). */
export function checkpointName(epoch: number, step: number): string {
  return `model_epoch_${String(epoch).padStart(3, "0")}_step_${String(step).padStart(5, "0")}.onnx`;
}

export function bestName(epoch: number, step: number): string {
  return checkpointName(epoch, step).replace("model_", "model_best_");
}

/** Writes the newest checkpoint and points the `latest` link at it. */
export async function writeLatest(folder: string, name: string, model: Uint8Array): Promise<void> {
  await writeFileAtomic(path.join(folder, name), model);
  const temporary = temporaryFor(path.join(folder, LATEST_LINK));
  await symlink(name, temporary);
  await rename(temporary, path.join(folder, LATEST_LINK));
  await syncFolder(folder);
}

/** Writes the best checkpoint and removes the one it replaces. */
export async function writeBest(folder: string, name: string, model: Uint8Array): Promise<void> {
  await writeFileAtomic(path.join(folder, name), model);
  await removeOthers(folder, (other) => other.startsWith("model_best_") && other !== name);
}

/** Removes the checkpoints that an earlier, different training left in the folder. */
export async function clearFolder(folder: string): Promise<void> {
  await removeOthers(folder, (name) => name.startsWith("model_") || name === LATEST_LINK);
}

/** Removes the temporary files of a training that was killed while it wrote. */
export async function clearTemporary(folder: string): Promise<void> {
  await removeOthers(
    folder,
    (name) =>
      name.startsWith(".model_") ||
      name.startsWith(`.${LATEST_LINK}`) ||
      /^\.(trainer|status|experiment)\..*\.tmp$/.test(name),
  );
}

async function removeOthers(folder: string, unwanted: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[]))
    if (unwanted(name)) await rm(path.join(folder, name), { force: true });
}
