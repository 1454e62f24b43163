import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { encodeImage } from "../kit/images.js";
import { sniffImages } from "./sniff.js";

test.each([
  { suffixes: [".png"], lights: [], imageExt: ".png" },
  { suffixes: ["_SolderLight.png"], lights: ["SolderLight"], imageExt: ".png" },
  { suffixes: ["_B.jpg", "_A.jpg"], lights: ["A", "B"], imageExt: ".jpg" },
])("finds lightings and extension of $suffixes", async ({ suffixes, lights, imageExt }) => {
  const root = await mkdtemp(path.join(tmpdir(), "sniff-"));
  const crop = { width: 12, height: 9, channels: 1 as const, data: new Uint8Array(108).fill(90) };
  await mkdir(path.join(root, "images", "b"), { recursive: true });
  for (const object of ["C1@1", "C2@1"])
    for (const suffix of suffixes)
      await writeFile(
        path.join(root, "images", "b", object + suffix),
        await encodeImage(crop, suffix.endsWith(".png") ? "png" : "jpeg"),
      );
  const table = path.join(root, "t.csv");
  await writeFile(table, "input_path,golden_path,label,object_name\nb,b,PASS,C1@1\nb,b,NG,C2@1\n");
  expect(await sniffImages(table, path.join(root, "images"))).toEqual({
    lights,
    imageExt,
    imageWidth: 12,
    imageHeight: 9,
    gray: true,
  });
});
