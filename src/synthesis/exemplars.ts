import type { PairRow } from "../dataset/row.js";
import { type Problem, ReflowError } from "../kit/errors.js";
import { mapOnWorkers, workerUrl } from "../kit/pool.js";
import type { Random } from "../kit/random.js";
import type { Attention } from "./attention.js";
import { exemplarOfRow } from "./exemplar.js";
import type { Exemplar, Surroundings } from "./types.js";

/** Most NG rows of one type that are looked at, drawn by the seed: more teach nothing new. */
const MOST_PER_TYPE = 64;

/** An NG row and where the current model sees its defect. */
export type SeenRow = Readonly<{ row: PairRow; attention?: Attention }>;

export type ExemplarResult = Readonly<{ exemplar?: Exemplar; problem?: Problem }>;

/** Learns the exemplars of all NG rows, in the order of the rows, on any number of workers. */
export async function learnExemplars(
  rows: readonly PairRow[],
  around: Surroundings,
  o: {
    random: Random;
    workers: number;
    /** Heat maps of the current model; without it the largest difference is taken for the defect. */
    attentionOf?: (rows: readonly PairRow[]) => Promise<readonly Attention[]>;
    signal?: AbortSignal;
    onDone?: (rows: number) => void;
  },
): Promise<{ exemplars: Exemplar[]; problems: Problem[]; looked: number }> {
  const chosen = choose(rows, o.random);
  const attention = chosen.length > 0 ? await o.attentionOf?.(chosen) : undefined;
  const seen = chosen.map((row, i): SeenRow => (attention ? { row, attention: attention[i] } : { row }));
  const first = await readAll(seen, around, o);
  const results = [...first];
  if (attention) {
    // A model that is blind to a type says nothing about where it lies.
    const known = new Set(first.flatMap(({ exemplar }) => (exemplar ? [exemplar.label] : [])));
    const again = chosen.flatMap((row, i) => (known.has(row.label) ? [] : [i]));
    const second = await readAll(
      again.map((i) => ({ row: chosen[i]! })),
      around,
      { ...o, onDone: undefined },
    );
    again.forEach((i, k) => {
      results[i] = second[k]!;
    });
  }
  return {
    exemplars: results.flatMap((r) => (r.exemplar ? [r.exemplar] : [])),
    problems: results.flatMap((r) => (r.problem ? [r.problem] : [])),
    looked: chosen.length,
  };
}

async function readAll(
  rows: readonly SeenRow[],
  around: Surroundings,
  o: { workers: number; signal?: AbortSignal; onDone?: ((rows: number) => void) | undefined },
): Promise<ExemplarResult[]> {
  const batches: SeenRow[][] = [];
  for (let i = 0; i < rows.length; i += 8) batches.push(rows.slice(i, i + 8));
  if (o.workers > 1 && batches.length > 1) {
    const parts = await mapOnWorkers<SeenRow[], ExemplarResult[]>(
      workerUrl(import.meta.url, "./exemplar.worker.js"),
      batches,
      {
        workers: o.workers,
        workerData: around,
        ...(o.signal ? { signal: o.signal } : {}),
        onDone: (index) => o.onDone?.(batches[index].length),
      },
    );
    return parts.flat();
  }
  const results: ExemplarResult[] = [];
  for (const batch of batches) {
    o.signal?.throwIfAborted();
    for (const row of batch) results.push(await readExemplar(row, around));
    o.onDone?.(batch.length);
  }
  return results;
}

/** One row; images that cannot be read become a problem, not an exception. */
export async function readExemplar(
  { row, attention }: SeenRow,
  around: Surroundings,
): Promise<ExemplarResult> {
  try {
    const exemplar = await exemplarOfRow(row, around, attention);
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
