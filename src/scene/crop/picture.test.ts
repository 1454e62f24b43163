import { writeFile } from "node:fs/promises";
import path from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { scratch } from "./fixtures/frames.js";
import {
  coverage,
  cropPicture,
  type Picture,
  readPicture,
  toRgba,
  withoutAlpha,
  writePng,
} from "./picture.js";

let root: string;
beforeAll(async () => {
  root = await scratch();
});
const made = (channels: Picture["channels"], deep = false): Picture => {
  const width = 7;
  const height = 5;
  const data = Array.from({ length: width * height * channels }, (_, i) => (i * 37) % (deep ? 60_000 : 256));
  return {
    width,
    height,
    channels,
    data: deep ? Uint16Array.from(data, (v) => v * 11) : Uint8Array.from(data),
  };
};

describe("pictures", () => {
  test.each([
    [1, false],
    [2, false],
    [3, false],
    [4, false],
    [1, true],
    [2, true],
    [3, true],
    [4, true],
  ] as const)("%i channels, 16 bits: %s, come back as they were written", async (channels, deep) => {
    const picture = made(channels, deep);
    const file = path.join(root, `${channels}-${deep}.png`);
    await writePng(file, picture);
    expect(await readPicture(file)).toEqual(picture);
  });

  test("a palette becomes its colours", async () => {
    const rgb = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0]);
    const file = path.join(root, "palette.png");
    await sharp(rgb, { raw: { width: 4, height: 1, channels: 3 } })
      .png({ palette: true })
      .toFile(file);
    expect((await readPicture(file)).data).toEqual(rgb);
  });

  test("as RGBA, without alpha, and under a box", () => {
    const grey: Picture = { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 9) };
    expect([...toRgba(grey, "").data]).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
    const half: Picture = { width: 1, height: 1, channels: 4, data: Uint8Array.of(200, 100, 50, 128) };
    expect([...withoutAlpha(half).data]).toEqual([100, 50, 25]);
    expect(() => toRgba(made(3, true), "deep.png")).toThrow(/16 bits/);
    const rgb = made(3);
    const crop = cropPicture(rgb, { x: 2, y: 1, width: 3, height: 2 });
    expect([...crop.data.subarray(0, 9)]).toEqual([...rgb.data.subarray((7 + 2) * 3, (7 + 2) * 3 + 9)]);
  });

  test("coverage goes by alpha, else by any channel", () => {
    const of = (channels: Picture["channels"], ...data: number[]) =>
      coverage({ width: 2, height: 1, channels, data: Uint8Array.from(data) });
    expect(of(4, 0, 0, 0, 255, 9, 9, 9, 0)).toBe(0.5);
    expect(of(3, 0, 0, 0, 0, 1, 0)).toBe(0.5);
    expect(of(1, 0, 3)).toBe(0.5);
  });

  test("what is no picture is told", async () => {
    const file = path.join(root, "no.png");
    for (const bytes of ["", "not a picture"]) {
      await writeFile(file, bytes);
      await expect(readPicture(file)).rejects.toMatchObject({ code: "image_unreadable", where: { file } });
    }
    await expect(readPicture(path.join(root, "absent.png"))).rejects.toMatchObject({ code: "file_missing" });
  });
});
