import type { PairRow } from "../dataset/row.js";
import { mapOnWorkers, workerUrl } from "../kit/pool.js";
import { mask } from "../vision/index.js";
import { sameDefect } from "./admission.js";
import {
  type Candidate,
  type DrawContext,
  type DrawResult,
  type DrawTask,
  drawCandidate,
} from "./candidate.js";
import type { Admission } from "./types.js";

/** A candidate that was kept, with the reasons of its admission and of the refusals before it. */
export type Admitted = Readonly<{
  candidate: Candidate;
  admission: Admission;
  refused: Readonly<Partial<Record<Admission["reason"], number>>>;
}>;

/** The samples of all types, undefined where nothing could be admitted; index = recipe, then slot. */
export type Admissions = Readonly<{
  slots: readonly (readonly (Admitted | undefined)[])[];
  refused: Readonly<Partial<Record<Admission["reason"], number>>>;
  unreadable: DrawResult["unreadable"];
  draws: number;
}>;

type Slot = {
  task: DrawTask;
  admitted?: Admitted;
  /** Visible and new, but the model already knows it; the least easy one is kept when draws run out. */
  spare?: { candidate: Candidate; score: number };
  refused: Partial<Record<Admission["reason"], number>>;
};

/**
 * Draws every sample until it is admitted, at most `attempts` times, in rounds: all open samples are drawn on the
 * workers, scored by the current model in one call, and judged in order. What the model already scores above
 * `tooEasy` is drawn again; when the draws run out, the least easy candidate is kept and says so.
 */
export async function admitSamples(
  context: DrawContext,
  counts: readonly number[],
  o: {
    attempts: number;
    tooEasy: number;
    workers: number;
    signal?: AbortSignal;
    scoreRows?: (rows: readonly PairRow[]) => Promise<ArrayLike<number>>;
    rowOf: (candidate: Candidate) => PairRow;
    onProgress: (done: number, total: number) => void;
  },
): Promise<Admissions> {
  const slots: Slot[][] = counts.map((n, recipe) =>
    Array.from({ length: n }, (_, slot) => ({ task: { recipe, slot, attempt: 0 }, refused: {} })),
  );
  const all = slots.flat();
  const kept = new Map<number, Candidate[]>();
  const unreadable = new Map<string, DrawResult["unreadable"][number]>();
  let draws = 0;
  for (let attempt = 0; attempt < o.attempts; attempt++) {
    const open = all.filter((slot) => !slot.admitted);
    if (open.length === 0) break;
    for (const slot of open) slot.task = { ...slot.task, attempt };
    const results = await drawAll(
      context,
      open.map((slot) => slot.task),
      o,
      (done) => o.onProgress(all.length - open.length + done * 0.5, all.length),
    );
    draws += results.length;
    const drawn = results.flatMap((r) => (r.candidate ? [r.candidate] : []));
    const scores = o.scoreRows && drawn.length > 0 ? await o.scoreRows(drawn.map(o.rowOf)) : undefined;
    let at = 0;
    results.forEach((result, i) => {
      const slot = open[i];
      for (const problem of result.unreadable) unreadable.set(problem.file ?? problem.message, problem);
      for (const [reason, n] of Object.entries(result.refused)) count(slot, reason as Admission["reason"], n);
      if (!result.candidate) return;
      judge(slot, result.candidate, scores?.[at++], o.tooEasy, kept);
    });
    o.onProgress(all.filter((slot) => slot.admitted).length, all.length);
  }
  for (const slot of all) {
    if (slot.admitted || !slot.spare) continue;
    const { candidate, score } = slot.spare;
    if (!isCopy(candidate, kept)) admit(slot, candidate, "least_easy", score, kept);
  }
  const refused: Partial<Record<Admission["reason"], number>> = {};
  for (const slot of all)
    for (const [reason, n] of Object.entries(slot.refused) as [Admission["reason"], number][])
      refused[reason] = (refused[reason] ?? 0) + n;
  return {
    slots: slots.map((of) => of.map((slot) => slot.admitted)),
    refused,
    unreadable: [...unreadable.values()],
    draws,
  };
}

function judge(
  slot: Slot,
  candidate: Candidate,
  score: number | undefined,
  tooEasy: number,
  kept: Map<number, Candidate[]>,
): void {
  if (isCopy(candidate, kept)) count(slot, "copy_of_synthetic", 1);
  else if (score === undefined) admit(slot, candidate, "unscored", undefined, kept);
  else if (score <= tooEasy) admit(slot, candidate, "informative", score, kept);
  else {
    count(slot, "too_easy", 1);
    if (!slot.spare || score < slot.spare.score) slot.spare = { candidate, score };
  }
}

function admit(
  slot: Slot,
  candidate: Candidate,
  reason: Admission["reason"],
  score: number | undefined,
  kept: Map<number, Candidate[]>,
): void {
  const { contrast, noise, likeness } = candidate;
  const scored = score === undefined ? {} : { score };
  slot.admitted = {
    candidate,
    admission: { verdict: "kept", reason, contrast, noise, likeness, ...scored },
    refused: slot.refused,
  };
  kept.set(candidate.canvas, [...(kept.get(candidate.canvas) ?? []), candidate]);
}

function count(slot: Slot, reason: Admission["reason"], n: number): void {
  slot.refused[reason] = (slot.refused[reason] ?? 0) + n;
}

/** Whether a kept sample shows the same defect at the same place of the same crop. */
function isCopy(candidate: Candidate, kept: Map<number, Candidate[]>): boolean {
  return (kept.get(candidate.canvas) ?? []).some((other) =>
    sameDefect(fullRegion(other), fullRegion(candidate)),
  );
}

function fullRegion({ size, box, region }: Candidate): { width: number; height: number; data: Uint8Array } {
  const out = mask(size.width, size.height);
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++)
      out.data[(box.y + y) * size.width + box.x + x] = region.data[y * box.width + x];
  return out;
}

async function drawAll(
  context: DrawContext,
  tasks: readonly DrawTask[],
  o: { workers: number; signal?: AbortSignal },
  onDone: (done: number) => void,
): Promise<DrawResult[]> {
  let done = 0;
  if (o.workers <= 1 || tasks.length < 4) {
    const results: DrawResult[] = [];
    for (const task of tasks) {
      o.signal?.throwIfAborted();
      results.push(await drawCandidate(context, task));
      onDone(++done);
    }
    return results;
  }
  const size = Math.max(1, Math.min(8, Math.ceil(tasks.length / (4 * o.workers))));
  const batches: DrawTask[][] = [];
  for (let i = 0; i < tasks.length; i += size) batches.push(tasks.slice(i, i + size));
  const results = await mapOnWorkers<DrawTask[], DrawResult[]>(
    workerUrl(import.meta.url, "./candidate.worker.js"),
    batches,
    {
      workers: o.workers,
      workerData: context,
      ...(o.signal ? { signal: o.signal } : {}),
      onDone: (index) => {
        done += batches[index].length;
        onDone(done);
      },
    },
  );
  return results.flat();
}
