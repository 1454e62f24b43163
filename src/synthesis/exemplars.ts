import type { PairRow } from "../dataset/row.js";
import { type Problem, ReflowError } from "../kit/errors.js";
import { mapOnWorkers, workerUrl } from "../kit/pool.js";
import type { Random } from "../kit/random.js";
import { exemplarOfRow } from "./exemplar.js";
import type { Exemplar, Surroundings } from "./types.js";

/** Most NG rows of one type that are looked at, drawn by the seed: more teach nothing new. */
const MOST_PER_TYPE = 64;

export type ExemplarResult = Readonly<{ exemplar?: Exemplar; problem?: Problem }>;

/** Learns the exemplars of all NG rows, in the order of the rows, on any number of workers. */
export async function learnExemplars(
  rows: readonly PairRow[],
  around: Surroundings,
  o: { random: Random; workers: number; signal?: AbortSignal; onDone?: (rows: number) => void },
): Promise<{ exemplars: Exemplar[]; problems: Problem[]; looked: number }> {
  const chosen = choose(rows, o.random);
  const batches: PairRow[][] = [];
  for (let i = 0; i < chosen.length; i += 8) batches.push(chosen.slice(i, i + 8));
  const results: ExemplarResult[][] = [];
  if (o.workers <= 1 || batches.length < 2)
    for (const batch of batches) {
      o.signal?.throwIfAborted();
      const part: ExemplarResult[] = [];
      for (const row of batch) part.push(await readExemplar(row, around));
      results.push(part);
      o.onDone?.(batch.length);
    }
  else
    results.push(
      ...(await mapOnWorkers<PairRow[], ExemplarResult[]>(
        workerUrl(import.meta.url, "./exemplar.worker.js"),
        batches,
        {
          workers: o.workers,
          workerData: around,
          ...(o.signal ? { signal: o.signal } : {}),
          onDone: (index) => o.onDone?.(batches[index].length),
        },
      )),
    );
  const flat = results.flat();
  return {
    exemplars: flat.flatMap((r) => (r.exemplar ? [r.exemplar] : [])),
    problems: flat.flatMap((r) => (r.problem ? [r.problem] : [])),
    looked: chosen.length,
  };
}

/** One row; images that cannot be read become a problem, not an exception. */
export async function readExemplar(row: PairRow, around: Surroundings): Promise<ExemplarResult> {
  try {
    const exemplar = await exemplarOfRow(row, around);
    return exemplar ? { exemplar } : {};
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    return {
      problem: {
        code: error.code,
        severity: "warning",
        message: error.message,
        hint: error.hint,
        where: error.where ?? { row: row.line },
      },
    };
  }
}

function choose(rows: readonly PairRow[], random: Random): PairRow[] {
  const byLabel = new Map<string, PairRow[]>();
  for (const row of rows) {
    const all = byLabel.get(row.label);
    if (all) all.push(row);
    else byLabel.set(row.label, [row]);
  }
  const chosen = [...byLabel].flatMap(([label, all]) =>
    all.length <= MOST_PER_TYPE ? all : random.fork("exemplars", label).shuffle(all).slice(0, MOST_PER_TYPE),
  );
  return chosen.sort((a, b) => a.index - b.index);
}
