import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import sharp from "sharp";
import { afterAll, expect, test } from "vitest";
import { loadAlbum, shotKey } from "./album.js";

let folder = "";
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a picture that is turned by its header is shown as the network saw it", async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-album-"));
  const file = path.join(folder, "turned.jpg");
  await sharp({ create: { width: 30, height: 20, channels: 3, background: "#246" } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(file);
  const shot = { files: [file] };
  expect((await loadAlbum([shot])).get(shotKey(shot))).toMatchObject({ width: 20, height: 30 });
});

test("a heat map has the shape of its crop, without the margins of its square", async () => {
  folder ||= await mkdtemp(path.join(tmpdir(), "reflow-album-"));
  const [crop, strip] = [path.join(folder, "crop.png"), path.join(folder, "strip.png")];
  await sharp({ create: { width: 30, height: 60, channels: 3, background: "#246" } })
    .png()
    .toFile(crop);
  const square = (background: string) =>
    sharp({ create: { width: 20, height: 40, channels: 3, background } })
      .png()
      .toBuffer();
  await sharp({ create: { width: 3 * 40 + 4, height: 40, channels: 3, background: "#181818" } })
    .composite([{ input: await square("#f00"), left: 84 + 10, top: 0 }])
    .png()
    .toFile(strip);
  const shot = { files: [strip], thirdLike: crop };
  const shown = (await loadAlbum([shot])).get(shotKey(shot));
  expect(shown).toMatchObject({ width: 20, height: 40 });
  const bytes = Buffer.from((shown?.uri ?? "").split(",")[1] ?? "", "base64");
  const { channels } = await sharp(bytes).stats();
  expect(channels.map((c) => Math.round(c.mean / 10))).toEqual([25, 0, 0]);
});
