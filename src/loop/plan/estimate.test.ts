import { expect, test } from "vitest";
import { defaultSpecTree, parseSpec } from "../../changenet/index.js";
import { specText } from "../spec.js";
import { estimateRun } from "./estimate.js";
import { type Sizes, sizesOf } from "./needs.js";
import type { Plan } from "./types.js";

function facts(rows: { train: number; validation: number; kpi: number; pool?: number }, more: object = {}) {
  const of = (n: number) => ({ rows: n, ng: 1, file: "", sha256: "" });
  const values = {
    workers: 2,
    max_iterations: 3,
    num_sdg: 20,
    rca_top_k_per_label: 50,
    baseline_checkpoint: null,
    ...more,
  };
  const parameters = Object.fromEntries(Object.entries(values).map(([k, value]) => [k, { value }]));
  const tables = Object.fromEntries(Object.entries(rows).map(([k, n]) => [k, of(n)]));
  return { parameters, data: { tables } } as unknown as Pick<Plan, "parameters" | "data">;
}

function specOf(side: number) {
  const tree = defaultSpecTree({ imageWidth: side, imageHeight: side, imageExt: ".jpg", lights: ["L"] });
  const spec = parseSpec(specText(tree), "spec.yaml").spec;
  if (!spec) throw new Error("the default spec is valid");
  const crops = { width: side, height: side };
  const sizes = sizesOf(spec, { crops, traits: { gray: true } } as Parameters<typeof sizesOf>[1]);
  return [spec, sizes] as const;
}

const ballScrew = facts({ train: 228, validation: 180, kpi: 520 });

test("two whole runs on an idle machine took about what is estimated", () => {
  // Ball screw, 128 x 128: baseline 87 s. DeepPCB, 96 x 96: baseline met after 83 s.
  expect(estimateRun(ballScrew, ...specOf(128)).baseline).toBe(2);
  expect(
    estimateRun(facts({ train: 260, validation: 300, kpi: 1500, pool: 4200 }), ...specOf(96)).baseline,
  ).toBe(2);
});

test("pixels, epochs within the spec's bounds, cores and iterations count", () => {
  const [spec, sizes] = specOf(128);
  const all = (f = ballScrew, s = spec, z: Sizes = sizes) => estimateRun(f, s, z).all;
  const base = all();
  expect(all(ballScrew, ...specOf(256))).toBeGreaterThan(3 * base);
  const longer = { ...spec, builtin: { ...spec.builtin, minSteps: 1800, maxSteps: 2700 } };
  expect(all(ballScrew, longer)).toBeGreaterThan(2 * base);
  // The steps are bounded: more epochs alone change nothing but the number of validations.
  expect(all(ballScrew, { ...spec, numEpochs: 80, validationInterval: 10 })).toBeLessThan(1.2 * base);
  const on = (workers: number) => all(facts({ train: 228, validation: 180, kpi: 520 }, { workers }));
  expect(on(1)).toBeGreaterThan(1.7 * base);
  // A training step is cut in two: sixteen cores do not train eight times as fast as two.
  expect(on(16)).toBeGreaterThan(0.6 * base);
  const seeded = facts({ train: 228, validation: 180, kpi: 520 }, { baseline_checkpoint: "b.onnx" });
  expect(estimateRun(seeded, spec, sizes).baseline).toBe(1);
});

test("it says what it rests on", () => {
  const { basis } = estimateRun(ballScrew, ...specOf(128));
  expect(basis).toMatch(
    /600 steps of 32 pairs a training, 128×128 pixels, 0.5 µs a pixel and pair on 2 cores/,
  );
  expect(basis).toContain("measured on an idle server core");
});
