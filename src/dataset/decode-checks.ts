import type { Code } from "./codes.js";
import type { Collector } from "./collect.js";
import { type Fingerprints, fingerprints, type WorkOptions } from "./fingerprint.js";
import { BLANK, CONVERTED, GRAY, OTHER_FORMAT, TURNED, WORDS } from "./fingerprint.worker.js";
import { hash64, index64 } from "./index64.js";
import { isPass } from "./label.js";
import type { RowSet } from "./rowset.js";

/** Why an image cannot be used although its file is there. */
export const DECODE_FAULTS = [
  "image_unreadable",
  "image_not_raster",
  "image_too_large",
] as const satisfies readonly Code[];

type DecodeFault = (typeof DECODE_FAULTS)[number];

function decodeFault({ code }: { code: string }): DecodeFault {
  return DECODE_FAULTS.find((known) => known === code) ?? "image_unreadable";
}

/** The decoded images of one table. */
export type DecodedSet = Readonly<{
  /** First lighting of every row's test image. */
  test: Fingerprints;
  /** Distinct golden images of the first lighting, and each row's number among them. */
  golden: Fingerprints;
  goldenOf: Uint32Array;
  images: number;
}>;

/**
 * Decodes every image of a table once and reports what is wrong with it. `bad[i]` is set to the mark of the fault
 * where an image of row i cannot be decoded. Rows already marked are skipped.
 */
export async function checkDecoded(
  set: RowSet,
  bad: Uint8Array,
  markOf: (code: DecodeFault) => number,
  found: Collector,
  o: WorkOptions,
): Promise<DecodedSet> {
  const lights = set.count > 0 ? set.test(0).length : 0;
  const { goldenOf, distinct } = distinctGoldens(set, bad);
  let images = 0;
  let first: { test: Fingerprints; golden: Fingerprints } | undefined;
  for (let light = 0; light < Math.max(1, lights); light++) {
    const at = (files: readonly string[]) => files[light] as string;
    const test = await fingerprints(set.count, (i) => (bad[i] ? "" : at(set.test(i))), o);
    const golden = await fingerprints(
      distinct.length,
      (k) => (bad[distinct[k] as number] ? "" : at(set.golden(distinct[k] as number))),
      o,
    );
    images += set.count + distinct.length;
    reportLight(set, light, { test, golden, goldenOf, distinct }, bad, markOf, found);
    first ??= { test, golden };
  }
  return { ...(first as { test: Fingerprints; golden: Fingerprints }), goldenOf, images };
}

/** Goldens are shared by many rows: each is decoded once. `distinct[k]` is the first sound row with golden k. */
function distinctGoldens(set: RowSet, bad: Uint8Array): { goldenOf: Uint32Array; distinct: number[] } {
  const index = index64(Math.min(set.count, 1 << 20));
  const goldenOf = new Uint32Array(set.count);
  const distinct: number[] = [];
  const words = new Uint32Array(2);
  for (let i = 0; i < set.count; i++) {
    if (bad[i]) continue;
    const file = set.golden(i)[0] as string;
    hash64(file, words);
    let k = index.first(words[0] as number, words[1] as number);
    while (k !== -1 && set.golden(distinct[k] as number)[0] !== file) k = index.next(k);
    if (k === -1) {
      k = distinct.push(i) - 1;
      index.insert(words[0] as number, words[1] as number, k);
    }
    goldenOf[i] = k;
  }
  return { goldenOf, distinct };
}

type Light = Readonly<{
  test: Fingerprints;
  golden: Fingerprints;
  goldenOf: Uint32Array;
  distinct: readonly number[];
}>;

function reportLight(
  set: RowSet,
  light: number,
  images: Light,
  bad: Uint8Array,
  markOf: (code: DecodeFault) => number,
  found: Collector,
): void {
  const { test, golden, goldenOf, distinct } = images;
  const oneImage = (prints: Fingerprints, k: number, row: number, file: string) => {
    const where = { file: set.file, row: set.line(row) };
    const failure = prints.failed.get(k);
    if (failure) {
      found.add(decodeFault(failure), () => failure.message, where);
      return;
    }
    const at = k * WORDS;
    const flags = prints.words[at + 6] as number;
    const [width, height] = [prints.words[at + 4] as number, prints.words[at + 5] as number];
    if (width === 0) return;
    if (flags & CONVERTED) found.add("image_converted", () => `${file} is converted on reading`, where);
    if (flags & TURNED) found.add("image_turned", () => `${file} is turned by its header`, where);
    if (flags & OTHER_FORMAT) found.add("image_format", () => `${file} is in truth of another format`, where);
    if (flags & BLANK) found.add("image_blank", () => `${file} is blank`, where);
    if (Math.min(width, height) < 8) found.add("image_tiny", () => `${file} is ${width}×${height}`, where);
  };
  for (const [k, row] of distinct.entries()) oneImage(golden, k, row, set.golden(row)[light] as string);
  for (let i = 0; i < set.count; i++) {
    if (bad[i]) continue;
    oneImage(test, i, i, set.test(i)[light] as string);
    const k = goldenOf[i] as number;
    const failure = test.failed.get(i) ?? golden.failed.get(k);
    if (failure) bad[i] ||= markOf(decodeFault(failure));
    else comparePair(set, i, light, test.words.subarray(i * WORDS), golden.words.subarray(k * WORDS), found);
  }
}

function comparePair(
  set: RowSet,
  i: number,
  light: number,
  a: Uint32Array,
  b: Uint32Array,
  found: Collector,
): void {
  const where = { file: set.file, row: set.line(i) };
  const [w, h, gw, gh] = [a[4], a[5], b[4], b[5]] as number[] as [number, number, number, number];
  if (w === 0 || gw === 0) return;
  const sizes = () => `test ${set.test(i)[light]} is ${w}×${h}, golden is ${gw}×${gh}`;
  const off = Math.max(Math.abs(w - gw) / Math.max(w, gw), Math.abs(h - gh) / Math.max(h, gh));
  if (off > 0.1) found.add("image_size_mismatch", sizes, where);
  else if (off > 0) found.add("image_size_differs", sizes, where);
  if (((a[6] as number) ^ (b[6] as number)) & GRAY && !(((a[6] as number) | (b[6] as number)) & BLANK))
    found.add(
      "image_channels_mixed",
      () => `test ${set.test(i)[light]} is ${(a[6] as number) & GRAY ? "grey" : "colour"}, its golden is not`,
      where,
    );
  if (light === 0 && a[0] === b[0] && a[1] === b[1] && !isPass(set.label(i)))
    found.add("defect_equals_golden", () => `labelled "${set.label(i)}", but equal to its golden`, where);
}
