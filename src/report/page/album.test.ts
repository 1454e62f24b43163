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
