import { readdir } from "node:fs/promises";
import path from "node:path";
import { isErrno } from "../../kit/errors.js";
import { explainReadError, readText } from "../../kit/files.js";

/** Names inside a checkpoint folder (contract 7). */
export const LAYOUT = {
  config: "ag_config.yaml",
  bank: "bank",
  index: path.join("bank", "bank.json"),
  fit: "fit.json",
  model: path.join("checkpoints", "model"),
  latest: path.join("checkpoints", "latest_checkpoint.txt"),
  valid: "valid",
} as const;

/** `iter_000002000.pt` */
export function stepFile(step: number): string {
  return `iter_${String(step).padStart(9, "0")}.pt`;
}

/** Steps that a folder has fitted, ascending: its `checkpoints/model/iter_*.pt`. */
export async function stepsIn(root: string): Promise<number[]> {
  return (await list(path.join(root, LAYOUT.model)))
    .flatMap((name) => {
      const found = /^iter_(\d+)\.pt$/.exec(name);
      return found ? [Number(found[1])] : [];
    })
    .sort((a, b) => a - b);
}

/**
 * Which fitted step to use (contract 7): the one other than 0, and fitted, with the highest average nn_score of
 * `valid/<step>/valid_kpi.csv`; without any the largest fitted one; else the fallback. Equal scores: the earlier step.
 */
export async function pickBestStep(
  root: string,
  fallback?: number,
): Promise<{ step: number | undefined; by: "nn_score" | "latest" | "fallback" }> {
  const fitted = await stepsIn(root);
  let best: { step: number; score: number } | undefined;
  for (const name of await list(path.join(root, LAYOUT.valid))) {
    const step = /^(?:iter_)?(\d+)$/.exec(name)?.[1];
    if (step === undefined || Number(step) === 0 || !fitted.includes(Number(step))) continue;
    const score = await averageNn(path.join(root, LAYOUT.valid, name, "valid_kpi.csv"));
    const found = { step: Number(step), score: score ?? Number.NaN };
    if (Number.isNaN(found.score)) continue;
    if (!best || found.score > best.score || (found.score === best.score && found.step < best.step))
      best = found;
  }
  if (best) return { step: best.step, by: "nn_score" };
  const trained = fitted.filter((s) => s > 0);
  if (trained.length > 0) return { step: trained[trained.length - 1], by: "latest" };
  return { step: fallback, by: "fallback" };
}

/** Last cell of the last `nn_score` row: the file is appended to. */
async function averageNn(file: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readText(file);
  } catch {
    return undefined;
  }
  const rows = text
    .split(/\r?\n/)
    .map((line) => line.split(","))
    .filter((cells) => cells[0]?.trim() === "nn_score");
  const last = rows[rows.length - 1]?.at(-1)?.trim();
  return last === undefined || last === "" ? undefined : Number(last);
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw explainReadError(error, folder);
  }
}
