import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  contentHash,
  decodeImage,
  encodeImage,
  imageSize,
  type Pixels,
  resizeImage,
  writeImage,
} from "./images.js";

const fresh = () => mkdtemp(path.join(tmpdir(), "images-"));
const ramp: Pixels = {
  width: 4,
  height: 2,
  channels: 1,
  data: Uint8Array.from([0, 30, 60, 90, 120, 150, 180, 255]),
};

describe("decodeImage", () => {
  test("PNG round trip is exact and grey stays one channel", async () => {
    const file = path.join(await fresh(), "a.png");
    await writeImage(file, ramp);
    const back = await decodeImage(file);
    expect(back).toEqual(ramp);
    expect(contentHash(back)).toBe(contentHash(ramp));
    expect((await decodeImage(file, "rgb")).channels).toBe(3);
  });

  test("the content hash sees the shape, not only the bytes", () => {
    expect(contentHash({ ...ramp, width: 2, height: 4 })).not.toBe(contentHash(ramp));
  });

  test("16-bit, alpha and CMYK files become 8-bit pixels", async () => {
    const folder = await fresh();
    const rgb = { create: { width: 3, height: 3, channels: 3 as const, background: "#ff8000" } };
    const rgba = {
      create: { width: 3, height: 3, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0 } },
    };
    await sharp(rgb).toColourspace("rgb16").png().toFile(path.join(folder, "deep.png"));
    await sharp(rgba).png().toFile(path.join(folder, "alpha.png"));
    await sharp(rgb).toColourspace("cmyk").jpeg().toFile(path.join(folder, "cmyk.jpg"));
    await sharp({ create: { width: 3, height: 3, channels: 3, background: "#808080" } })
      .toColourspace("grey16")
      .png()
      .toFile(path.join(folder, "grey16.png"));
    const deep = await decodeImage(path.join(folder, "deep.png"));
    expect([...deep.data.slice(0, 3)]).toEqual([255, 128, 0]);
    expect([...(await decodeImage(path.join(folder, "alpha.png"))).data.slice(0, 3)]).toEqual([0, 0, 0]);
    const cmyk = await decodeImage(path.join(folder, "cmyk.jpg"));
    expect(cmyk.channels).toBe(3);
    expect(cmyk.data[0]).toBeGreaterThan(200);
    const grey = await decodeImage(path.join(folder, "grey16.png"));
    expect([grey.channels, grey.data[0]]).toEqual([1, 128]);
  });

  test.each([
    // Where each pixel of the upright 4 × 2 ramp lies in the file (EXIF 2.3, tag 0x0112).
    [1, 4, [0, 1, 2, 3, 4, 5, 6, 7]],
    [2, 4, [3, 2, 1, 0, 7, 6, 5, 4]],
    [3, 4, [7, 6, 5, 4, 3, 2, 1, 0]],
    [4, 4, [4, 5, 6, 7, 0, 1, 2, 3]],
    [5, 2, [0, 4, 1, 5, 2, 6, 3, 7]],
    [6, 2, [3, 7, 2, 6, 1, 5, 0, 4]],
    [7, 2, [7, 3, 6, 2, 5, 1, 4, 0]],
    [8, 2, [4, 0, 5, 1, 6, 2, 7, 3]],
  ])("EXIF orientation %i is set upright", async (orientation, width, order) => {
    const file = path.join(await fresh(), "turned.png");
    const data = Uint8Array.from(order, (i) => ramp.data[i] as number);
    await sharp(data, { raw: { width, height: 8 / width, channels: 1 } })
      .withMetadata({ orientation })
      .png()
      .toFile(file);
    expect(await decodeImage(file, "gray")).toEqual(ramp);
    expect(await imageSize(file)).toMatchObject({ width: 4, height: 2 });
  });

  test("a drawing is refused whatever its extension says", async () => {
    const file = path.join(await fresh(), "photo.jpg");
    await writeFile(
      file,
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>',
    );
    const refusal = {
      code: "image_not_raster",
      kind: "data",
      hint: expect.stringContaining("PNG"),
      where: { file },
    };
    await expect(decodeImage(file)).rejects.toMatchObject(refusal);
    await expect(imageSize(file)).rejects.toMatchObject(refusal);
  });

  test("missing, corrupt and truncated files each give one clear error", async () => {
    const folder = await fresh();
    const broken = path.join(folder, "b.jpg");
    await writeFile(broken, "not an image");
    const cut = path.join(folder, "c.jpg");
    const noise: Pixels = {
      width: 64,
      height: 64,
      channels: 1,
      data: Uint8Array.from({ length: 4096 }, (_, i) => (i * 97) % 251),
    };
    await writeFile(cut, (await encodeImage(noise, "jpeg")).subarray(0, 900));
    await expect(decodeImage(path.join(folder, "no.jpg"))).rejects.toMatchObject({ code: "file_missing" });
    await expect(decodeImage(broken)).rejects.toMatchObject({
      code: "image_unreadable",
      where: { file: broken },
    });
    await expect(decodeImage(cut)).rejects.toMatchObject({ code: "image_unreadable" });
  });
});

test("resizing to the same size returns the same pixels, a flat image stays flat", async () => {
  expect(await resizeImage(ramp, 4, 2)).toBe(ramp);
  const flat: Pixels = { width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(77) };
  const small = await resizeImage(flat, 5, 3);
  expect([small.width, small.height, small.channels]).toEqual([5, 3, 3]);
  expect(new Set(small.data)).toEqual(new Set([77]));
});
