import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writeImage } from "../../kit/images.js";
import { encodeModel } from "../onnx/model.js";
import { embedImages } from "./images.js";

let folder: string;
let files: string[];

/** An encoder whose vector is the mean of each channel. */
function encoder(batch: number | string): Uint8Array {
  return encodeModel({
    nodes: [
      {
        op: "ReduceMean",
        inputs: ["pixels"],
        outputs: ["vector"],
        attributes: { axes: [2, 3], keepdims: 0 },
      },
    ],
    constants: new Map(),
    inputs: [{ name: "pixels", type: "float", shape: [batch, 3, 8, 8] }],
    outputs: [{ name: "vector", type: "float", shape: [batch, 3] }],
  });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-encoder-"));
  files = await Promise.all(
    Array.from({ length: 70 }, async (_, i) => {
      const file = path.join(folder, `${i}.png`);
      const data = Uint8Array.from({ length: 16 * 12 * 3 }, (_, k) => (k % 3 === 0 ? 3 * i : 255 - 3 * i));
      await writeImage(file, { width: 16, height: 12, channels: 3, data });
      return file;
    }),
  );
});

test.each([["N"], [1], [4]])(
  "images come through an encoder of batch %s in order, normalised",
  async (batch) => {
    const file = path.join(folder, `encoder-${batch}.onnx`);
    await writeFile(file, encoder(batch));
    const { dim, data } = await embedImages({ encoder: file, files, workers: 2 });
    expect([dim, data.length]).toEqual([3, 210]);
    for (let i = 0; i < 70; i += 9) {
      expect(data[3 * i]).toBeCloseTo(((3 * i) / 255 - 0.485) / 0.229, 4);
      expect(data[3 * i + 1]).toBeCloseTo(((255 - 3 * i) / 255 - 0.456) / 0.224, 4);
    }
  },
);

test("a file that is no encoder is one clear error", async () => {
  await expect(embedImages({ encoder: files[0]!, files, workers: 1 })).rejects.toMatchObject({
    code: "encoder_invalid",
  });
  const vector = encodeModel({
    nodes: [{ op: "Identity", inputs: ["a"], outputs: ["b"], attributes: {} }],
    constants: new Map(),
    inputs: [{ name: "a", type: "float", shape: [1, 3] }],
    outputs: [{ name: "b", type: "float", shape: [1, 3] }],
  });
  const file = path.join(folder, "vector.onnx");
  await writeFile(file, vector);
  await expect(embedImages({ encoder: file, files, workers: 1 })).rejects.toMatchObject({
    code: "encoder_invalid",
  });
  await expect(embedImages({ encoder: `${file}.gone`, files, workers: 1 })).rejects.toMatchObject({
    code: "file_missing",
  });
});

test("an interrupted embedding says so", async () => {
  const file = path.join(folder, "encoder-N.onnx");
  await writeFile(file, encoder("N"));
  const signal = AbortSignal.abort();
  await expect(embedImages({ encoder: file, files, workers: 1, signal })).rejects.toMatchObject({
    code: "interrupted",
  });
});
