import type { Random } from "../../kit/random.js";
import { augment } from "../augment/augment.js";
import { paintDefect } from "../augment/defects.js";
import type { Exemplar } from "../augment/exemplars.js";
import type { Sample } from "../augment/sample.js";
import { alignGolden, type Frame, frameOf, type ImageShape } from "../data/align.js";
import { loadPair } from "../data/load.js";
import type { Draw } from "./sampler.js";
import { pairSize, type Setup } from "./setup.js";
import { pickStandIn } from "./stand-ins.js";

/** The aligned pair of a row, from the cache or from disk. */
export async function alignedSample(setup: Setup, row: number): Promise<Sample> {
  const { config } = setup;
  const { channels, height, width } = config;
  const shape = { channels, height, width };
  const [dy, dx] = [setup.shifts[2 * row], setup.shifts[2 * row + 1]];
  const valid = validIn(frameOf(dy, dx, shape), shape);
  const mask = new Float32Array(height * width);
  const size = pairSize(shape);
  if (row < setup.cachedRows) {
    const part = (all: Uint8Array) => Float32Array.from(all.subarray(row * size, (row + 1) * size));
    return { shape, test: part(setup.test), golden: part(setup.golden), valid, mask };
  }
  const pair = await loadPair(setup.rows[row]!, setup.preprocessing);
  const golden = alignGolden(pair.test, pair.golden, dy, dx, shape);
  return { shape, test: Float32Array.from(pair.test), golden: Float32Array.from(golden), valid, mask };
}

/** A row's test image beside the test image of another row of the same golden: both were registered to it. */
export async function comparedWith(
  setup: Setup,
  sample: Sample,
  row: number,
  standIn: number,
): Promise<Sample> {
  const shift = (axis: 0 | 1) => setup.shifts[2 * row + axis] - setup.shifts[2 * standIn + axis];
  const [dy, dx] = [shift(0), shift(1)];
  const { shape } = sample;
  const size = pairSize(shape);
  const other =
    standIn < setup.cachedRows
      ? setup.test.subarray(standIn * size, (standIn + 1) * size)
      : (await loadPair(setup.rows[standIn]!, setup.preprocessing)).test;
  const golden = alignGolden(Uint8Array.from(sample.test), other, dy, dx, shape);
  return { ...sample, golden: Float32Array.from(golden), valid: validIn(frameOf(dy, dx, shape), shape) };
}

function validIn(frame: Frame, { height, width }: ImageShape): Float32Array {
  const valid = new Float32Array(height * width);
  for (let y = frame.top; y < frame.bottom; y++)
    valid.fill(1, y * width + frame.left, y * width + frame.right);
  return valid;
}

/** One training sample: the pair, perhaps a painted defect, and the random changes. */
export async function trainingSample(
  setup: Setup,
  draw: Draw,
  exemplars: readonly Exemplar[],
  random: Random,
): Promise<{ sample: Sample; ng: 0 | 1 }> {
  let sample = await alignedSample(setup, draw.row);
  const chance = random.fork("golden");
  const standIn = chance.chance(setup.goldenSwap) ? pickStandIn(setup.standIns, draw.row, chance) : undefined;
  if (standIn !== undefined) sample = await comparedWith(setup, sample, draw.row, standIn);
  let ng: 0 | 1 = setup.rows[draw.row]?.ng ?? 0;
  if (draw.synthetic) {
    const painted = paintDefect(sample, { exemplars, placed: setup.placed }, random.fork("defect"));
    if (painted) [sample, ng] = [painted, 1];
  }
  return { sample: augment(sample, setup.augmentation, random.fork("augment")), ng };
}

/** Packs samples into the input tensors of a network, in order; unused places stay zero. */
export function packSamples(samples: readonly Sample[], places: number) {
  const { shape } = samples[0]!;
  const size = pairSize(shape);
  const plane = shape.height * shape.width;
  const test = new Float32Array(places * size);
  const golden = new Float32Array(places * size);
  const valid = new Float32Array(places * plane);
  const mask = new Float32Array(places * plane);
  for (const [i, sample] of samples.entries()) {
    test.set(sample.test, i * size);
    golden.set(sample.golden, i * size);
    valid.set(sample.valid, i * plane);
    mask.set(sample.mask, i * plane);
  }
  const image = [places, shape.channels, shape.height, shape.width];
  return {
    test: { data: test, shape: image },
    golden: { data: golden, shape: image },
    valid: { data: valid, shape: [places, 1, shape.height, shape.width] },
    mask: { data: mask, shape: [places, 1, shape.height, shape.width] },
  };
}
