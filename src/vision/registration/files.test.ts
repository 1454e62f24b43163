import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeFileAtomic } from "../../kit/files.js";
import { encodeImage } from "../../kit/images.js";
import {
  fixedPicture,
  fromParams,
  movingPicture,
  readMovingPixels,
  register,
  writeRegistration,
} from "./index.js";
import { toyBoard, toyPhoto } from "./testing.js";

const SIZE = { width: 320, height: 240 };
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "register-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("label masks are read with exact colours and alpha", async () => {
  const { labels } = toyBoard(1, SIZE);
  const file = path.join(folder, "mask.png");
  await sharp(labels.data, { raw: { ...SIZE, channels: 4 } })
    .png()
    .toFile(file);
  expect(Buffer.compare((await readMovingPixels(file)).data, labels.data)).toBe(0);
});

test("params.json and the overlays of contract 4.5", async () => {
  const { render } = toyBoard(1, SIZE);
  const photo = toyPhoto(
    render,
    fromParams({ scaleX: 1, scaleY: 1, rotation_deg: 0, tx: 12.4, ty: -9.6 }, SIZE, SIZE),
    SIZE,
    1,
  );
  await writeFileAtomic(path.join(folder, "photo.png"), await encodeImage(photo as never, "png"));
  const found = register(movingPicture(render), fixedPicture(photo));
  const box = await writeRegistration(path.join(folder, "aligned", "params.json"), found, render, photo);
  expect(box).toEqual({ x: 0, y: 10, width: 307, height: 230 });
  expect((await readdir(path.join(folder, "aligned"))).sort()).toEqual([
    "aligned_crop.png",
    "blend.png",
    "blink.gif",
    "checkerboard.png",
    "edges.png",
    "params.json",
    "ref_crop.png",
  ]);
  const params = JSON.parse(await readFile(path.join(folder, "aligned", "params.json"), "utf8"));
  expect(Object.keys(params).slice(0, 7)).toEqual([
    "scaleX",
    "scaleY",
    "rotation_deg",
    "tx",
    "ty",
    "mi_before",
    "mi_after",
  ]);
  expect(params.tx).toBeCloseTo(12.4, 1);
  expect(params.ty).toBeCloseTo(-9.6, 1);
  const gif = await sharp(path.join(folder, "aligned", "blink.gif"), { animated: true }).metadata();
  expect(gif).toMatchObject({ pages: 2, delay: [500, 500], width: 307, pageHeight: 230 });
});
