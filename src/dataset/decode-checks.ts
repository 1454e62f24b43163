import type { Code } from "./codes.js";
import type { Collector } from "./collect.js";
import { type Fingerprints, fingerprints, type WorkOptions } from "./fingerprint.js";
import {
  BLANK,
  CONVERTED,
  FLAGS,
  GRAY,
  HEIGHT,
  OTHER_FORMAT,
  TURNED,
  WIDTH,
  WORDS,
} from "./fingerprint.worker.js";
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

/** The decoded images of one table, by lighting. */
export type DecodedSet = Readonly<{
  test: readonly Fingerprints[];
  /** Distinct golden images, and each row's number among them. */
  golden: readonly Fingerprints[];
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
  const { goldenOf, distinct } = distinctGoldens(set, bad);
  const lights: Light[] = [];
  for (let light = 0; light < set.lights; light++) {
    const at = (files: readonly string[]) => files[light] as string;
    const test = await fingerprints(set.count, (i) => (bad[i] ? "" : at(set.test(i))), { ...o, marks: true });
    const golden = await fingerprints(
      distinct.length,
      (k) => (bad[distinct[k] as number] ? "" : at(set.golden(distinct[k] as number))),
      o,
    );
    const images = { test, golden, goldenOf, distinct };
    reportLight(set, light, images, bad, markOf, found);
    lights.push(images);
  }
  reportUnseen(set, lights, bad, found);
  return {
    test: lights.map((l) => l.test),
    golden: lights.map((l) => l.golden),
    goldenOf,
    images: lights.length * (set.count + distinct.length),
  };
}

/** A defect that shows in no lighting teaches nothing. */
function reportUnseen(set: RowSet, lights: readonly Light[], bad: Uint8Array, found: Collector): void {
  for (let i = 0; i < set.count; i++) {
    if (bad[i] || isPass(set.label(i))) continue;
    const same = lights.every(({ test, golden, goldenOf }) => {
      const [a, b] = [i * WORDS, (goldenOf[i] as number) * WORDS];
      const equal = test.words[a] === golden.words[b] && test.words[a + 1] === golden.words[b + 1];
      return equal && test.words[a + WIDTH] !== 0;
    });
    if (same)
      found.add("defect_equals_golden", () => `labelled "${set.label(i)}", but equal to its golden`, {
        file: set.file,
        row: set.line(i),
      });
  }
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
    const flags = prints.words[at + FLAGS] as number;
    const [width, height] = [prints.words[at + WIDTH] as number, prints.words[at + HEIGHT] as number];
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
  const [w, h, gw, gh] = [a[WIDTH], a[HEIGHT], b[WIDTH], b[HEIGHT]] as [number, number, number, number];
  const [flags, goldenFlags] = [a[FLAGS] as number, b[FLAGS] as number];
  if (w === 0 || gw === 0) return;
  const sizes = () => `test ${set.test(i)[light]} is ${w}×${h}, golden is ${gw}×${gh}`;
  const off = Math.max(Math.abs(w - gw) / Math.max(w, gw), Math.abs(h - gh) / Math.max(h, gh));
  if (off > 0.1) found.add("image_size_mismatch", sizes, where);
  else if (off > 0) found.add("image_size_differs", sizes, where);
  if ((flags ^ goldenFlags) & GRAY && !((flags | goldenFlags) & BLANK))
    found.add(
      "image_channels_mixed",
      () => `test ${set.test(i)[light]} is ${flags & GRAY ? "grey" : "colour"}, its golden is not`,
      where,
    );
}
