import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeImage } from "../../kit/images.js";
import { loadPair } from "./load.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-load-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const [WIDTH, HEIGHT] = [24, 16];

test("what training and scoring see of a turned picture is the upright one", async () => {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i * 37) % 251);
  const upright = path.join(folder, "upright.png");
  const turned = path.join(folder, "turned.png");
  await writeImage(upright, { width: WIDTH, height: HEIGHT, channels: 1, data });
  const side = await sharp(upright)
    .rotate(-90)
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  await sharp(side.data, { raw: side.info }).withMetadata({ orientation: 6 }).png().toFile(turned);
  const pair = await loadPair(
    { test: [turned], golden: [upright] },
    {
      channels: 1,
      tileWidth: WIDTH,
      tileHeight: HEIGHT,
      columns: 1,
      rows: 1,
      lights: [],
      imageExt: ".png",
    },
  );
  expect(pair.golden).toEqual(data);
  expect(pair.test).toEqual(data);
});
