import path from "node:path";
import type { PairRow } from "../../dataset/index.js";
import { decodeImage, writeImage } from "../../kit/index.js";
import type { GoldenVectors } from "./files.js";

/** How many rows of each kind become golden vectors. */
const NEAR = 12;
const SPREAD = 12;

/**
 * Picks rows whose scores a user can reproduce to trust an installation: those nearest the threshold (where a
 * difference would change a verdict), and NG and PASS rows spread over their score range.
 *
 * @returns row numbers, ascending
 */
export function pickGoldenRows(
  scores: ArrayLike<number>,
  ng: ArrayLike<number>,
  threshold: number | null,
): number[] {
  const all = Array.from({ length: scores.length }, (_, i) => i);
  const byScore = (a: number, b: number) => (scores[a] as number) - (scores[b] as number) || a - b;
  const picked = new Set<number>();
  if (threshold !== null) {
    const distance = (i: number) => Math.abs((scores[i] as number) - threshold);
    for (const i of [...all].sort((a, b) => distance(a) - distance(b) || a - b).slice(0, NEAR)) picked.add(i);
  }
  for (const group of [0, 1]) {
    const rows = all.filter((i) => ng[i] === group).sort(byScore);
    const n = Math.min(SPREAD, rows.length);
    for (let k = 0; k < n; k++)
      picked.add(rows[Math.round((k * (rows.length - 1)) / Math.max(1, n - 1))] as number);
  }
  return [...picked].sort((a, b) => a - b);
}

/** Stores the decoded pixels of the picked rows losslessly, so that no decoder stands between them and the score. */
export async function writeGolden(
  folder: string,
  rows: readonly PairRow[],
  scores: ArrayLike<number>,
  picked: readonly number[],
): Promise<GoldenVectors> {
  const pairs: GoldenVectors["pairs"] = [];
  for (const [n, i] of picked.entries()) {
    const row = rows[i] as PairRow;
    const store = async (files: readonly string[], kind: string): Promise<string[]> => {
      const names: string[] = [];
      for (const [light, file] of files.entries()) {
        const name = `golden/${String(n).padStart(3, "0")}_${kind}_${light}.png`;
        await writeImage(path.join(folder, name), await decodeImage(file));
        names.push(name);
      }
      return names;
    };
    pairs.push({
      row: i,
      label: row.label,
      test: await store(row.test, "test"),
      golden: await store(row.golden, "golden"),
      score: scores[i] as number,
    });
  }
  return { pairs };
}

/** The golden vectors of an opened bundle as rows that can be scored. */
export function goldenRows(dir: string, golden: GoldenVectors): PairRow[] {
  return golden.pairs.map((pair, index) => ({
    index,
    line: index + 2,
    label: pair.label,
    ng: pair.label === "PASS" ? 0 : 1,
    inputPath: "",
    goldenPath: "",
    objectName: String(pair.row),
    boardname: "",
    test: pair.test.map((f) => path.join(dir, f)),
    golden: pair.golden.map((f) => path.join(dir, f)),
  }));
}
