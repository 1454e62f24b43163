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
import { separability } from "./quality/separability.js";
import { traitsOf } from "./quality/traits.js";
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
  /** Visible and new, but the model knows it or a classifier tells it; the best one is kept when draws run out. */
  spare?: Spare;
  refused: Partial<Record<Admission["reason"], number>>;
};

/** `worse`: how far it is from being kept; what the model does not know is worth more than what looks real. */
type Spare = Readonly<{
  candidate: Candidate;
  reason: "least_easy" | "least_told";
  worse: number;
  score: number | undefined;
  told: Admission["told"];
}>;

/** From this probability of being made a draw is refused: only what a classifier is sure of. */
const SURE = 0.97;

/**
 * Draws every sample until it is admitted, at most `attempts` times, in rounds: all open samples are drawn on the
 * workers, scored by the current model in one call, and judged in order. What the model already scores above
 * `tooEasy`, or what a small classifier tells from the real defects of its type, is drawn again; when the draws run
 * out, the best of these candidates is kept and says so.
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
    const told = tellApart(context, drawn);
    let at = 0;
    results.forEach((result, i) => {
      const slot = open[i];
      for (const problem of result.unreadable) unreadable.set(problem.file ?? problem.message, problem);
      for (const [reason, n] of Object.entries(result.refused)) count(slot, reason as Admission["reason"], n);
      if (!result.candidate) return;
      judge(
        slot,
        result.candidate,
        { score: scores?.[at++], told: told.get(result.candidate) },
        o.tooEasy,
        kept,
      );
    });
    o.onProgress(all.filter((slot) => slot.admitted).length, all.length);
  }
  for (const slot of all) {
    if (slot.admitted || !slot.spare) continue;
    const { candidate, reason, ...measured } = slot.spare;
    if (!isCopy(candidate, kept)) admit(slot, candidate, reason, measured, kept);
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

/** What is measured on a candidate beside its own pixels. */
type Judged = Readonly<{ score: number | undefined; told: Admission["told"] }>;

function judge(
  slot: Slot,
  candidate: Candidate,
  judged: Judged,
  tooEasy: number,
  kept: Map<number, Candidate[]>,
): void {
  const { score, told } = judged;
  const spare = (reason: Spare["reason"], worse: number): void => {
    if (!slot.spare || worse < slot.spare.worse) slot.spare = { candidate, reason, worse, ...judged };
  };
  if (isCopy(candidate, kept)) count(slot, "copy_of_synthetic", 1);
  else if (score !== undefined && score > tooEasy) {
    count(slot, "too_easy", 1);
    spare("least_easy", 1 + score);
  } else if (told && told.made >= SURE) {
    count(slot, "told_from_real", 1);
    spare("least_told", told.made);
  } else admit(slot, candidate, score === undefined ? "unscored" : "informative", judged, kept);
}

function admit(
  slot: Slot,
  candidate: Candidate,
  reason: Admission["reason"],
  { score, told }: Judged,
  kept: Map<number, Candidate[]>,
): void {
  const { contrast, noise, likeness } = candidate;
  slot.admitted = {
    candidate,
    admission: {
      verdict: "kept",
      reason,
      contrast,
      noise,
      likeness,
      ...(score === undefined ? {} : { score }),
      ...(told ? { told } : {}),
    },
    refused: slot.refused,
  };
  kept.set(candidate.canvas, [...(kept.get(candidate.canvas) ?? []), candidate]);
}

/** For every candidate of a type with enough real exemplars: what a classifier of real and made holds it for. */
function tellApart(
  context: DrawContext,
  drawn: readonly Candidate[],
): ReadonlyMap<Candidate, NonNullable<Admission["told"]>> {
  const out = new Map<Candidate, NonNullable<Admission["told"]>>();
  context.recipes.forEach((recipe, r) => {
    const own = drawn.filter((candidate) => candidate.task.recipe === r && candidate.traits);
    if (own.length === 0 || recipe.borrowed) return;
    const real = recipe.exemplars
      .map((i) => context.exemplars[i])
      .filter((e) => e.textured)
      .map((e) => traitsOf(e.test[0], e.mask));
    const found = separability(
      real,
      own.flatMap((candidate) => (candidate.traits ? [candidate.traits] : [])),
    );
    found?.scores.forEach((made, i) => {
      out.set(own[i], { made: round(made), auc: round(found.auc) });
    });
  });
  return out;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
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
