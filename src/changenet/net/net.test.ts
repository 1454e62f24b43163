import { expect, test } from "vitest";
import { loadOrt } from "../../kit/ort.js";
import { seeded } from "../../kit/random.js";
import { decodeCheckpoint, encodeCheckpoint } from "../checkpoint.js";
import { encodeModel, type OnnxModel } from "../onnx/model.js";
import { checkpointModel, evaluationModel } from "./checkpoint-graph.js";
import { DEFAULT_ARCHITECTURE, type NetworkConfig } from "./config.js";
import { initialWeights, layoutOf, viewOf } from "./parameters.js";
import { stepModel } from "./step-graph.js";

const S = 32;
const config: NetworkConfig = { ...DEFAULT_ARCHITECTURE, channels: 3, height: S, width: S };
const weights = initialWeights(config, seeded(2));
const random = seeded(3);
const B = 4;
const golden = Float32Array.from({ length: B * 3 * S * S }, () => random.int(256));
const picture = golden.map((v) => Math.min(255, Math.max(0, v + 30 * random.normal())));

async function run(
  model: OnnxModel,
  feeds: Record<string, [ArrayLike<number>, number[]]>,
): Promise<Record<string, Float32Array>> {
  const { ort } = await loadOrt();
  const session = await ort.InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 });
  const tensors = Object.entries(feeds).map(([name, [data, shape]]) => [
    name,
    new ort.Tensor("float32", Float32Array.from(data), shape),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data as Float32Array]));
}

const pair = (t = picture, r = golden) => ({
  test: [t, [B, 3, S, S]] as [Float32Array, number[]],
  golden: [r, [B, 3, S, S]] as [Float32Array, number[]],
});
const valid = { valid: [new Float32Array(B * S * S).fill(1), [B, 1, S, S]] as [Float32Array, number[]] };

test("without mirrors and shift, the checkpoint scores what validation scores", async () => {
  const plain = { ...config, mirrors: false, registration: { ...config.registration, maxShift: 0 } };
  const { score, heat, embedding } = await run(checkpointModel(plain, weights, {}), pair());
  const { logit } = await run(evaluationModel(plain, weights), { ...pair(), ...valid });
  expect([score!.length, heat!.length, embedding!.length]).toEqual([B, B * S * S, B * 64]);
  for (let i = 0; i < B; i++) expect(score![i]).toBeCloseTo(1 / (1 + Math.exp(-logit![i])), 5);
});

test("with mirrors, a mirrored pair gets the same score and embedding, and a mirrored heat map", async () => {
  const still = { ...config, registration: { ...config.registration, maxShift: 0 } };
  const model = checkpointModel(still, weights, {});
  const flip = (planes: Float32Array) => planes.map((_, i) => planes[i - (i % S) + S - 1 - (i % S)]);
  const one = await run(model, pair());
  const other = await run(model, pair(flip(picture), flip(golden)));
  for (let i = 0; i < B; i++) expect(other.score![i]).toBeCloseTo(one.score![i], 5);
  for (let i = 0; i < 64; i++) expect(other.embedding![i]).toBeCloseTo(one.embedding![i], 4);
  const back = flip(other.heat!);
  for (let i = 0; i < back.length; i += 37) expect(back[i]).toBeCloseTo(one.heat![i], 5);
});

test("the place loss adds nothing without a mask and something with one", async () => {
  const layout = layoutOf(config);
  const feeds = {
    ...pair(),
    ...valid,
    target: [[0, 1, 0, 1], [B]] as [number[], number[]],
    weight: [[1, 1, 1, 1], [B]] as [number[], number[]],
    ...Object.fromEntries(
      layout.parameters.map((slot) => [
        slot.name,
        [viewOf(weights.parameters, slot), [...slot.shape]] as [Float32Array, number[]],
      ]),
    ),
  };
  const mask = new Float32Array(B * S * S);
  const shape = [B, 1, S, S];
  const without = await run(stepModel(config, B), feeds);
  const empty = await run(stepModel(config, B, 0.5), { ...feeds, mask: [mask, shape] });
  expect(empty.loss![0]).toBeCloseTo(without.loss![0], 6);
  mask.fill(1, 5 * S + 5, 5 * S + 9);
  const asked = await run(stepModel(config, B, 0.5), { ...feeds, mask: [mask, shape] });
  expect(asked.loss![0]).toBeGreaterThan(empty.loss![0] + 0.01);
  expect(Number.isFinite(asked.loss![0])).toBe(true);
});

test("a checkpoint comes back with its weights and description", () => {
  const preprocessing = {
    channels: 3,
    tileWidth: S,
    tileHeight: S,
    columns: 1,
    rows: 1,
    lights: ["a"],
    imageExt: ".png",
  } as const;
  const bytes = encodeCheckpoint(config, weights, preprocessing);
  const back = decodeCheckpoint(bytes, "x.onnx");
  expect(back.config).toEqual(config);
  expect(back.preprocessing).toEqual(preprocessing);
  expect(back.weights).toEqual(weights);
  expect(() => decodeCheckpoint(bytes.subarray(0, bytes.length >> 1), "x.onnx")).toThrow(
    /not a Reflow checkpoint/,
  );
  const foreign = encodeModel(checkpointModel(config, weights, { "reflow.network": "{}" }));
  expect(() => decodeCheckpoint(foreign, "x.onnx")).toThrow(/description/);
});
