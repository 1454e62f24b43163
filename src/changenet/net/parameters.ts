import type { Random } from "../../kit/random.js";
import { sizeOf } from "../graph/graph.js";
import type { NetworkConfig } from "./config.js";
import { featureChannels } from "./features.js";

/** A tensor inside the flat weight array. `decay`: weight decay applies (not to biases and normalisation). */
export type Slot = Readonly<{
  name: string;
  shape: readonly number[];
  offset: number;
  size: number;
  decay: boolean;
}>;

/** Where everything lies: trained weights in one flat array, running statistics in another. */
export type Layout = Readonly<{
  parameters: readonly Slot[];
  parameterCount: number;
  statistics: readonly Slot[];
  statisticCount: number;
}>;

/** The state of a network: trained weights and running batch statistics. */
export type Weights = Readonly<{ parameters: Float32Array; statistics: Float32Array }>;

const HEAD_BIAS = -6;
const HEAD_SPREAD = 0.05;

export function layoutOf(config: NetworkConfig): Layout {
  const parameters: Slot[] = [];
  const statistics: Slot[] = [];
  const push = (into: Slot[], name: string, shape: readonly number[], decay: boolean) => {
    const last = into.at(-1);
    into.push({ name, shape, offset: last ? last.offset + last.size : 0, size: sizeOf(shape), decay });
  };
  let channels = featureChannels(config);
  config.blocks.forEach((block, i) => {
    push(parameters, `block${i}.weight`, [block.out, channels, 3, 3], true);
    push(parameters, `block${i}.gamma`, [block.out], false);
    push(parameters, `block${i}.beta`, [block.out], false);
    push(statistics, `block${i}.mean`, [block.out], false);
    push(statistics, `block${i}.variance`, [block.out], false);
    channels = block.out;
  });
  push(parameters, "head.weight", [1, channels, 1, 1], true);
  push(parameters, "head.bias", [1], false);
  const total = (slots: readonly Slot[]) => slots.reduce((sum, slot) => sum + slot.size, 0);
  return { parameters, parameterCount: total(parameters), statistics, statisticCount: total(statistics) };
}

/**
 * First weights: He-uniform convolutions (bound 1/√fan_in), unit normalisation, and a head that starts out saying PASS everywhere.
 */
export function initialWeights(config: NetworkConfig, random: Random): Weights {
  const layout = layoutOf(config);
  const parameters = new Float32Array(layout.parameterCount);
  for (const slot of layout.parameters) {
    const view = viewOf(parameters, slot);
    const source = random.fork(slot.name);
    if (slot.name.endsWith(".gamma")) view.fill(1);
    else if (slot.name === "head.bias") view.fill(HEAD_BIAS);
    else if (slot.name === "head.weight")
      for (let i = 0; i < view.length; i++) view[i] = source.normal() * HEAD_SPREAD;
    else if (slot.name.endsWith(".weight")) {
      const bound = 1 / Math.sqrt(slot.size / slot.shape[0]);
      for (let i = 0; i < view.length; i++) view[i] = source.range(-bound, bound);
    }
  }
  const statistics = new Float32Array(layout.statisticCount);
  for (const slot of layout.statistics) if (slot.name.endsWith(".variance")) viewOf(statistics, slot).fill(1);
  return { parameters, statistics };
}

export function viewOf(flat: Float32Array, slot: Slot): Float32Array {
  return flat.subarray(slot.offset, slot.offset + slot.size);
}

/** Finds a slot by name. Throws RangeError for a name that the layout does not have. */
export function slotNamed(slots: readonly Slot[], name: string): Slot {
  const slot = slots.find((s) => s.name === name);
  if (!slot) throw new RangeError(`no weight named ${name}`);
  return slot;
}
