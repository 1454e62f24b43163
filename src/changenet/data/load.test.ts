import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PairRow } from "../../dataset/row.js";
import { writeImage } from "../../kit/images.js";
import { encodeCheckpoint } from "../checkpoint.js";
import { score } from "../inference/pairs.js";
import { DEFAULT_ARCHITECTURE } from "../net/config.js";
import { startWeights } from "../training/start.js";
import { loadPair } from "./load.js";
import type { Preprocessing } from "./preprocessing.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-load-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const [WIDTH, HEIGHT] = [24, 16];

/** The same picture twice: as it is, and lying on its side with a header that says so. */
async function twice(name: string, data: Uint8Array): Promise<{ upright: string; turned: string }> {
  const upright = path.join(folder, `${name}.png`);
  const turned = path.join(folder, `${name}-turned.png`);
  await writeImage(upright, { width: WIDTH, height: HEIGHT, channels: 1, data });
  const side = await sharp(upright)
    .rotate(-90)
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  await sharp(side.data, { raw: side.info }).withMetadata({ orientation: 6 }).png().toFile(turned);
  return { upright, turned };
}

const preprocessing: Preprocessing = {
  channels: 1,
  tileWidth: WIDTH,
  tileHeight: HEIGHT,
  columns: 1,
  rows: 1,
  lights: [],
  imageExt: ".png",
};

test("what training and scoring see of a turned picture is the upright one", async () => {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 37) % 251);
  const { upright, turned } = await twice("noise", data);
  const pair = await loadPair({ test: [turned], golden: [upright] }, preprocessing);
  expect(pair.golden).toEqual(data);
  expect(pair.test).toEqual(data);
});

test("a checkpoint gives a turned picture the score of the upright one", async () => {
  const config = { ...DEFAULT_ARCHITECTURE, channels: 1 as const, height: HEIGHT, width: WIDTH };
  const checkpoint = path.join(folder, "model.onnx");
  await writeFile(
    checkpoint,
    encodeCheckpoint(config, await startWeights(config, 3, undefined), preprocessing),
  );
  const golden = await twice(
    "golden",
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 31) % 200),
  );
  const test = await twice(
    "test",
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * i) % 239),
  );
  const row = (testFile: string, goldenFile: string) =>
    ({ test: [testFile], golden: [goldenFile] }) as Partial<PairRow> as PairRow;
  const rows = [
    row(test.upright, golden.upright),
    row(test.turned, golden.upright),
    row(test.turned, golden.turned),
  ];
  const [upright, ...others] = await score({ checkpoint, rows, workers: 1 });
  expect(others).toEqual([upright, upright]);
});
