import { ReflowError } from "../../kit/errors.js";
import { readBytes } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";
import { decodeCheckpoint } from "../checkpoint.js";
import type { NetworkConfig } from "../net/config.js";
import { initialWeights, layoutOf, type Slot, viewOf, type Weights } from "../net/parameters.js";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../onnx/safetensors.js";

/**
 * The weights that training starts from: random by `seed`, or those of a checkpoint (.onnx) or a weight file
 * (.safetensors). Throws `pretrained_mismatch` when the file fits another network.
 */
export async function startWeights(
  config: NetworkConfig,
  seed: number,
  pretrained: string | undefined,
): Promise<Weights> {
  if (pretrained === undefined) return initialWeights(config, seeded(seed).fork("weights"));
  const bytes = await readBytes(pretrained);
  if (!pretrained.endsWith(".safetensors")) {
    const checkpoint = decodeCheckpoint(bytes, pretrained);
    const layout = layoutOf(config);
    const same = JSON.stringify(layoutOf(checkpoint.config)) === JSON.stringify(layout);
    if (!same) throw mismatch(pretrained);
    return checkpoint.weights;
  }
  return fromSafetensors(config, bytes, pretrained);
}

/** Random start weights as a safetensors file: the backbone file of the built-in toolkit. */
export function encodeStartWeights(config: NetworkConfig, seed: number): Uint8Array {
  const weights = initialWeights(config, seeded(seed).fork("weights"));
  const tensors = new Map<string, NamedTensor>();
  for (const { slot, flat } of slotsOf(config, weights))
    tensors.set(slot.name, { shape: slot.shape, data: viewOf(flat, slot).slice() });
  return encodeSafetensors(tensors);
}

function fromSafetensors(config: NetworkConfig, bytes: Uint8Array, file: string): Weights {
  const layout = layoutOf(config);
  const weights = {
    parameters: new Float32Array(layout.parameterCount),
    statistics: new Float32Array(layout.statisticCount),
  };
  let tensors: ReadonlyMap<string, NamedTensor>;
  try {
    tensors = decodeSafetensors(bytes).tensors;
  } catch {
    throw mismatch(file);
  }
  for (const { slot, flat } of slotsOf(config, weights)) {
    const stored = tensors.get(slot.name);
    if (stored?.data.length !== slot.size) throw mismatch(file);
    viewOf(flat, slot).set(stored.data);
  }
  return weights;
}

function slotsOf(config: NetworkConfig, weights: Weights): { slot: Slot; flat: Float32Array }[] {
  const layout = layoutOf(config);
  return [
    ...layout.parameters.map((slot) => ({ slot, flat: weights.parameters })),
    ...layout.statistics.map((slot) => ({ slot, flat: weights.statistics })),
  ];
}

function mismatch(file: string): ReflowError {
  return new ReflowError(
    "data",
    "pretrained_mismatch",
    `${file} does not hold weights for this network`,
    "Name a checkpoint trained with the same image channels and network, or leave it out.",
    { where: { file } },
  );
}
