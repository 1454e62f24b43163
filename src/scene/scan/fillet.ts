import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { Knob, RenderConfig } from "../cookbook/index.js";
import { drawKnob } from "../lights/index.js";

const KNOBS = [
  "platform_start",
  "platform_end",
  "smoothness_y",
  "bump",
  "delta_x_decay",
  "noise_scale",
  "noise_amp",
  "fillet_sx",
  "fillet_sz",
] as const;

export type FilletShape = Readonly<Partial<Record<(typeof KNOBS)[number], number>>>;

/** The random shape of solder fillets, drawn in the order of contract 1.8; undefined when fillets are off. */
export function drawFillet(config: RenderConfig, random: NumpyRandom): FilletShape | undefined {
  const ranges: Partial<Record<string, Knob | undefined>> | undefined = config.randomize_fillet;
  if (!config.solder_fillet?.enabled || !ranges) return undefined;
  const shape: Record<string, number> = {};
  for (const name of KNOBS) {
    const knob = ranges[name];
    if (knob !== undefined) shape[name] = drawKnob(knob, random);
  }
  return shape;
}
