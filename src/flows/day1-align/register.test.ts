import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { silent } from "../../kit/events.js";
import { toJson, writeFileAtomic } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";
import { day1Schema } from "../cookbook/index.js";
import type { FlowRequest } from "../run/types.js";
import { DAY1 } from "./folders.js";
import { registerStep } from "./register.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-day1-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const SIDE = 320;

/** A board of random rectangles, and its label picture. */
async function drawing(seed: number): Promise<{ picture: Buffer; labels: Buffer }> {
  const random = seeded(seed);
  const parts = Array.from({ length: 90 }, () => ({
    x: random.int(SIDE - 30),
    y: random.int(SIDE - 40),
    w: 6 + random.int(20),
    h: 6 + random.int(14),
    level: 90 + random.int(160),
  }));
  const svg = (fill: (p: (typeof parts)[number]) => string, ground: string) =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><rect width="100%" height="100%" fill="${ground}"/>${parts
        .map(
          (p) =>
            `<rect x="${p.x}" y="${p.y}" width="${p.w}" height="${p.h}" fill="${fill(p)}" shape-rendering="crispEdges"/>`,
        )
        .join("")}</svg>`,
    );
  return {
    picture: await sharp(svg((p) => `rgb(${p.level},${p.level - 20},${p.level - 60})`, "#24432a"))
      .png()
      .toBuffer(),
    labels: await sharp(svg(() => "rgb(0,255,0)", "#000"))
      .png()
      .toBuffer(),
  };
}

const config = day1Schema.parse({
  camera: { translate: [0, 0], horizontal_aperture: 100 },
  resolution: [SIDE, SIDE],
  registration: { min_mi: 0, shift_range: 40 },
  crop: {},
});

async function registered(name: string, photo: Buffer) {
  const output = path.join(folder, name);
  const { picture, labels } = await drawing(1);
  await writeFileAtomic(path.join(output, DAY1.sdg, "rgb_0000.png"), picture);
  await writeFileAtomic(path.join(output, DAY1.sdg, "semantic_segmentation_0000.png"), labels);
  await writeFileAtomic(path.join(output, DAY1.sdg, "semantic_segmentation_labels_0000.json"), toJson({}));
  const file = path.join(output, "photo.png");
  await writeFileAtomic(file, photo);
  const step = registerStep({ seed: 0 } as FlowRequest, config, file);
  const at = (...names: readonly string[]) => path.join(output, ...names);
  return { at, result: step.run({ at, workers: 1, emit: silent, signal: undefined }) };
}

describe("registerStep", () => {
  test("finds the photo, and cuts photo, render and labels to one size", async () => {
    const { picture } = await drawing(1);
    const photo = await sharp(picture)
      .flatten()
      .linear(0.7, 25)
      .extract({ left: 7, top: 11, width: 300, height: 296 })
      .png()
      .toBuffer();
    const { at, result } = await registered("same", photo);
    const { tx, ty, rotation_deg } = await result;
    // Centres: (160, 160) of the render is (153, 149) of the photo, whose centre is (150, 148).
    expect(tx).toBeCloseTo(3, 0);
    expect(ty).toBeCloseTo(1, 0);
    expect(Math.abs(rotation_deg)).toBeLessThan(0.3);
    const sizes = await Promise.all(
      ["ref_crop.png", "aligned_crop.png", "semantic_segmentation_0000.png"].map(async (name) => {
        const { width, height } = await sharp(at(DAY1.aligned, name)).metadata();
        return `${width}x${height}`;
      }),
    );
    expect(new Set(sizes).size).toBe(1);
  });

  test("the photo of another board is refused", async () => {
    const { result } = await registered("other", (await drawing(2)).picture);
    await expect(result).rejects.toMatchObject({ code: "photo_not_registered" });
  });
});
