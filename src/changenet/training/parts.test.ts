import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { exemplarRowsOf, readSlots, SLOT, writeSlot } from "./exemplar-slots.js";
import { adamW, clipNorm, moveAverage, newMoments } from "./optimiser.js";
import { placedRows } from "./placed.js";
import { makeSampler } from "./sampler.js";
import { rateFactor, stepPlan } from "./schedule.js";
import { encodeState, type Progress, readState, type StateArrays } from "./state.js";
import { validationMetrics } from "./validation.js";

test("the first AdamW step moves each weight by the rate, against the sign of its gradient", () => {
  const weights = Float32Array.of(1, 1, 1);
  adamW(weights, Float32Array.of(0.3, -20, 0), newMoments(3), Uint8Array.of(0, 0, 1), {
    rate: 0.1,
    weightDecay: 0.5,
    step: 1,
  });
  expect(weights[0]).toBeCloseTo(0.9, 5);
  expect(weights[1]).toBeCloseTo(1.1, 5);
  // Only decay: 1 − 0.1·0.5.
  expect(weights[2]).toBeCloseTo(0.95, 5);
});

test("AdamW finds the minimum of a parabola", () => {
  const weights = Float32Array.of(5, -3);
  const moments = newMoments(2);
  for (let step = 1; step <= 500; step++)
    adamW(
      weights,
      weights.map((w, i) => 2 * (w - i)),
      moments,
      new Uint8Array(2),
      { rate: 0.05, weightDecay: 0, step },
    );
  expect(weights[0]).toBeCloseTo(0, 2);
  expect(weights[1]).toBeCloseTo(1, 2);
});

test("clipping keeps the direction and the norm limit", () => {
  const gradient = Float32Array.of(3, 4);
  expect(clipNorm(gradient, 10)).toBeCloseTo(5);
  expect([...gradient]).toEqual([3, 4]);
  clipNorm(gradient, 2.5);
  expect(gradient[0]).toBeCloseTo(1.5, 4);
  expect(gradient[1]).toBeCloseTo(2, 4);
  const average = Float32Array.of(0);
  moveAverage(average, Float32Array.of(10), 0.9);
  expect(average[0]).toBeCloseTo(1);
});

test("learning rates follow their policy", () => {
  const at = (policy: "cosine" | "linear" | "step", step: number) => rateFactor(policy, step, 1000, 10);
  for (const policy of ["cosine", "linear", "step"] as const) {
    expect(at(policy, 0)).toBeCloseTo(0.02, 3);
    expect(at(policy, 60)).toBeGreaterThan(0.9);
  }
  expect(at("linear", 500)).toBeCloseTo(1 - 5 / 11);
  expect(at("cosine", 500)).toBeCloseTo(0.505);
  expect(at("cosine", 999)).toBeLessThan(0.011);
  expect(at("step", 350)).toBeCloseTo(0.1);
  expect(at("step", 650)).toBeCloseTo(0.01);
});

test("the number of steps keeps within its bounds", () => {
  expect(stepPlan(260, 32, 40, { min: 300, max: 1200 })).toEqual({ total: 320, perEpoch: 8 });
  expect(stepPlan(10, 32, 40, { min: 300, max: 1200 }).total).toBeGreaterThanOrEqual(300);
  expect(stepPlan(100_000, 32, 40, { min: 300, max: 1200 })).toEqual({ total: 1200, perEpoch: 30 });
  expect(stepPlan(3, 32, 2, { min: 1, max: 1200 })).toEqual({ total: 2, perEpoch: 1 });
});

test("a batch has its share of NG, and a class is used up before it repeats", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 2, max: 60 }),
      fc.constantFrom(0.1, 0.2, 0.67, 1),
      (ng, pass, fpratioSampling) => {
        const labels = Array.from({ length: ng + pass }, (_, i): 0 | 1 => (i < ng ? 1 : 0));
        const sampler = makeSampler(labels, { batch: 16, fpratioSampling, syntheticShare: 0.25 }, seeded(1));
        const wanted = Math.max(1, Math.floor((16 * fpratioSampling) / (1 + fpratioSampling)));
        const drawn: number[] = [];
        for (let step = 0; step < 20; step++) {
          const batch = sampler.batch(step);
          expect(batch.length).toBe(16);
          expect(batch).toEqual(sampler.batch(step));
          const real = batch.filter((d) => labels[d.row] === 1);
          expect(real.length).toBe(wanted);
          expect(real.every((d) => !d.synthetic)).toBe(true);
          expect(batch.filter((d) => d.synthetic).length).toBe(Math.min(16 - wanted - 1, 4));
          drawn.push(...real.map((d) => d.row));
        }
        const counts = Array.from({ length: ng }, (_, row) => drawn.filter((r) => r === row).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 20 },
  );
});

test("exemplars come back out of their slots, empty ones left out", () => {
  const exemplar = (height: number, width: number) => ({
    height,
    width,
    centreY: 5,
    centreX: 6,
    change: Float32Array.from({ length: height * width }, (_, i) => i - 2),
  });
  const memory = new Float32Array(3 * SLOT);
  writeSlot(memory, 0, exemplar(2, 3));
  writeSlot(memory, 1, undefined);
  writeSlot(memory, 2, exemplar(60, 60));
  expect(readSlots(memory)).toEqual([exemplar(2, 3), exemplar(60, 60)]);
  expect(exemplarRowsOf([0, 1, 1, 0, 1])).toEqual([1, 2, 4]);
  const many = exemplarRowsOf(new Array(1000).fill(1));
  expect(many.length).toBe(256);
  expect(many.at(-1)).toBeGreaterThan(990);
});

test("defects have a place where PASS rows share their golden with NG rows", () => {
  const row = (ng: 0 | 1, golden: string) => ({ ng, golden: [golden] });
  const shared = [row(1, "a"), ...Array.from({ length: 9 }, () => row(0, "a")), row(0, "b")];
  expect(placedRows(shared)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(placedRows([row(1, "a"), row(0, "a"), row(0, "b")])).toBeUndefined();
});

test("painted rows come from the rows that may be painted", () => {
  const labels = Array.from({ length: 40 }, (_, i): 0 | 1 => (i < 10 ? 1 : 0));
  const options = { batch: 16, fpratioSampling: 0.5, syntheticShare: 0.25, paintable: [20, 21, 22] };
  const sampler = makeSampler(labels, options, seeded(1));
  for (let step = 0; step < 5; step++) {
    const painted = sampler.batch(step).filter((d) => d.synthetic);
    expect(painted.length).toBe(4);
    expect(painted.every((d) => d.row >= 20 && d.row <= 22)).toBe(true);
  }
});

test("validation numbers are those of the definition", () => {
  const logits = [2, -1, 0.5, -3];
  const labels = [1, 1, 0, 0] as const;
  const loss = (x: number, y: number) =>
    -Math.log(y === 1 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(-x)));
  const expected = (10 * (loss(2, 1) + loss(-1, 1)) + loss(0.5, 0) + loss(-3, 0)) / 22;
  const metrics = validationMetrics(logits, labels, [1, 10]);
  expect(metrics.val_loss).toBeCloseTo(expected, 10);
  expect(metrics.val_acc).toBe(0.5);
  expect(metrics.val_fpr).toBe(25);
  expect(validationMetrics([800], [0], [1, 1]).val_loss).toBe(800);
});

test("a training state comes back whole; another training's or a damaged one does not", async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), "reflow-state-")), "trainer.state");
  const progress: Progress = {
    fingerprint: "a",
    epoch: 3,
    seconds: 1.5,
    finished: false,
    best: { epoch: 1, file: "b.onnx", valLoss: 0.25 },
    latest: undefined,
    validationsSinceBest: 2,
    channels: 1,
    status: [],
  };
  const array = (k: number) => Float32Array.of(k, k + 0.5);
  const arrays: StateArrays = {
    parameters: array(1),
    statistics: array(2),
    first: array(3),
    second: array(4),
    averageParameters: array(5),
    averageStatistics: array(6),
  };
  expect(await readState(file, "a")).toBeUndefined();
  const bytes = encodeState(progress, arrays);
  await writeFile(file, bytes);
  expect(await readState(file, "a")).toEqual({ progress: { ...progress, latest: undefined }, arrays });
  expect(await readState(file, "b")).toBeUndefined();
  await writeFile(file, bytes.subarray(0, bytes.length - 3));
  expect(await readState(file, "a")).toBeUndefined();
});
