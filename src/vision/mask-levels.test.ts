import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../kit/images.js";
import { sharedData } from "../kit/testing.js";
import { looksLikeMask } from "./mask-levels.js";

const tiles = sharedData("magnetic-tile");
const pads = sharedData("meiwei-pcb");

test("black and white, also with soft edges, is a mask; grey all over is none", () => {
  const disc = (edge: number) =>
    Uint8Array.from({ length: 40 * 40 }, (_, i) => {
      const d = Math.hypot((i % 40) - 20, Math.floor(i / 40) - 20);
      return Math.max(0, Math.min(255, Math.round(127 + (255 * (9 - d)) / edge)));
    });
  expect([1, 3, 5].map((e) => looksLikeMask(disc(e)))).toEqual([true, true, true]);
  expect(looksLikeMask(new Uint8Array(100))).toBe(true);
  expect(looksLikeMask(Uint8Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 128)))).toBe(true);
  expect(looksLikeMask(Uint8Array.from({ length: 400 }, (_, i) => 60 + (i % 90)))).toBe(false);
  // Dark photo: most of what is not black is grey.
  expect(
    looksLikeMask(Uint8Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 100 + (i % 40) : i % 20))),
  ).toBe(false);
});

test.skipIf(!tiles || !pads)(
  "every real mask is one, no real picture is",
  async () => {
    const look = async (folder: string): Promise<boolean[]> => {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) =>
        /\.(png|jpg)$/.test(f),
      );
      const seen = [];
      for (const f of files) seen.push(looksLikeMask((await decodeImage(path.join(folder, f), "gray")).data));
      return seen;
    };
    const masks = [...(await look(path.join(tiles!, "masks"))), ...(await look(path.join(pads!, "masks")))];
    expect(masks.length).toBeGreaterThan(200);
    expect(masks.every(Boolean)).toBe(true);
    const photos = await look(path.join(tiles!, "images"));
    expect(photos.filter(Boolean)).toHaveLength(0);
  },
  30_000,
);
