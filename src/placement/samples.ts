import path from "node:path";
import { PythonRandom } from "../kit/python-random.js";
import { cadMaskOf, type Pool } from "./dataset/pools.js";

/** One clean image with one mask to place on it, `n_seeds` times. Paths as given. */
export type SampleRecord = Readonly<{
  clean_image: string;
  defect_type: string;
  submask: string;
  name: string;
  cad_mask: string | null;
  cad_mask_label: string | null;
}>;

export type SampleList = Readonly<{ seeds: number; records: readonly SampleRecord[] }>;

/** Seed of the shuffles; fixed, so that another placement seed keeps the pairs. */
const SHUFFLE_SEED = 0;

/**
 * Pairs masks with clean images (contract 5.3): every pair of a type once before any is repeated; where the
 * allocation is larger than all pairs, every record is placed several times.
 */
export function listSamples(
  root: string,
  labels: string,
  pools: readonly Pool[],
  allocation: ReadonlyMap<string, number>,
): SampleList {
  const wanted = pools
    .map((pool) => ({ pool, count: allocation.get(pool.spec.defectType) ?? 0 }))
    .filter(({ count }) => count > 0);
  const seeds = Math.max(
    1,
    ...wanted.map(({ pool, count }) => Math.ceil(count / (pool.submasks.length * pool.cleans.length))),
  );
  const records = wanted.flatMap(({ pool: { spec, submasks, cleans }, count }) => {
    const random = new PythonRandom(`${SHUFFLE_SEED}:${spec.defectType}`);
    const masks = [...submasks];
    const images = [...cleans];
    random.shuffle(masks);
    random.shuffle(images);
    return Array.from({ length: Math.ceil(count / seeds) }, (_, i): SampleRecord => {
      const m = i % masks.length;
      const submask = masks[m] as string;
      const clean = images[(m + Math.floor(i / masks.length)) % images.length] as string;
      const cad = spec.dependency === "cad";
      return {
        clean_image: clean,
        defect_type: spec.defectType,
        submask,
        name: `${path.parse(clean).name}__${path.parse(submask).name}`,
        cad_mask: cad ? cadMaskOf(root, spec.texture, clean) : null,
        cad_mask_label: cad ? labels : null,
      };
    });
  });
  return { seeds, records };
}
