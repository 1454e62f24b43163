import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { writeImage } from "../../kit/images.js";
import { encodeModel } from "../onnx/model.js";
import { describeEncoder, embedImages } from "./images.js";

let folder: string;
let files: string[];

/** An encoder whose vector is the mean of each channel. */
function encoder(
  batch: number | string,
  o: { side?: number | string; metadata?: Record<string, string> } = {},
): Uint8Array {
  const side = o.side ?? 8;
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
    inputs: [{ name: "pixels", type: "float", shape: [batch, 3, side, side] }],
    outputs: [{ name: "vector", type: "float", shape: [batch, 3] }],
    ...(o.metadata ? { metadata: o.metadata } : {}),
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

describe("normalisation", () => {
  const siglip = {
    do_normalize: true,
    do_rescale: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    image_processor_type: "SiglipImageProcessor",
    rescale_factor: 0.00392156862745098,
    size: { height: 224, width: 224 },
  };
  const dino = {
    crop_size: { height: 8, width: 8 },
    image_mean: [0.485, 0.456, 0.406],
    image_std: [0.229, 0.224, 0.225],
    size: { shortest_edge: 256 },
  };

  /** The vector of image 20 (60, 195, 195) by an encoder with these files beside it. */
  async function vector(
    files_: Record<string, unknown>,
    model: Uint8Array = encoder("N"),
    name = "model.onnx",
  ) {
    const dir = await mkdtemp(path.join(folder, "export-"));
    const file = path.join(dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, model);
    for (const [name, value] of Object.entries(files_))
      await writeFile(path.join(dir, name), typeof value === "string" ? value : JSON.stringify(value));
    const { data } = await embedImages({ encoder: file, files: [files[20] as string], workers: 1 });
    return { data: [...data], input: await describeEncoder(file), file };
  }
  const near = (data: readonly number[], expected: readonly number[]) => {
    for (const [c, v] of expected.entries()) expect(data[c]).toBeCloseTo(v, 4);
  };

  test("a preprocessor_config.json beside the encoder, or above an onnx folder, is followed", async () => {
    const half = [60 / 127.5 - 1, 195 / 127.5 - 1, 195 / 127.5 - 1];
    near((await vector({ "preprocessor_config.json": siglip })).data, half);
    const { data, input } = await vector(
      { "preprocessor_config.json": siglip },
      encoder("N"),
      "onnx/model.onnx",
    );
    near(data, half);
    expect(input.normalisation.source).toBe("preprocessor_config.json");
    near((await vector({ "preprocessor_config.json": dino })).data, [
      (60 / 255 - 0.485) / 0.229,
      (195 / 255 - 0.456) / 0.224,
      (195 / 255 - 0.406) / 0.225,
    ]);
    near((await vector({ "preprocessor_config.json": { do_normalize: false } })).data, [
      60 / 255,
      195 / 255,
      195 / 255,
    ]);
    near(
      (await vector({ "preprocessor_config.json": { do_normalize: false, do_rescale: false } })).data,
      [60, 195, 195],
    );
  });

  test("the model's own metadata goes before the side file", async () => {
    const model = encoder("N", { metadata: { image_mean: "[0, 0, 0]", image_std: "0.25" } });
    const { data, input } = await vector({ "preprocessor_config.json": siglip }, model);
    near(data, [(4 * 60) / 255, (4 * 195) / 255, (4 * 195) / 255]);
    expect(input.normalisation.source).toBe("the ONNX metadata");
  });

  test("the side file gives the size that the encoder leaves open", async () => {
    const open = encoder("N", { side: "S" });
    expect((await vector({}, open)).input).toMatchObject({ width: 224, height: 224 });
    expect((await vector({ "preprocessor_config.json": dino }, open)).input).toMatchObject({
      width: 8,
      height: 8,
    });
    expect((await vector({ "preprocessor_config.json": siglip })).input).toMatchObject({
      width: 8,
      height: 8,
    });
  });

  test.each([
    ["{", "json_invalid"],
    [[], "encoder_preprocessing"],
    [{ image_mean: "grey" }, "encoder_preprocessing"],
    [{ image_std: [0.5, 0, 0.5] }, "encoder_preprocessing"],
    [{ image_mean: [] }, "encoder_preprocessing"],
  ])("a side file %j is one clear error", async (value, code) => {
    await expect(vector({ "preprocessor_config.json": value })).rejects.toMatchObject({
      code,
      kind: "data",
      where: { file: expect.stringContaining("preprocessor_config.json") },
    });
  });
});

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
