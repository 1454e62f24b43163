import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { Knob, RenderConfig } from "../cookbook/index.js";
import { drawKnob } from "../lights/index.js";
import type { Rgb, Scene } from "../model.js";
import type { MaterialChange } from "../view.js";
import { type Bucket, boardLayerOf, materialBuckets } from "./buckets.js";

export type MaterialChanges = ReadonlyMap<number, MaterialChange>;

/** Component bodies that swallow nearly all light (contract 1.8). */
const VANTABLACK: MaterialChange = { color: [0, 0, 0], roughness: 0.97, metallic: 0.89 };

/** The changes that hold for a whole run: black bodies, fixed component materials, board materials. */
export function fixedMaterials(scene: Scene, config: RenderConfig): MaterialChanges {
  const buckets = materialBuckets(scene, config.pcba_root);
  const changes = new Map<number, MaterialChange>();
  const set = (bucket: Bucket, change: MaterialChange) => {
    for (const index of buckets[bucket]) changes.set(index, { ...changes.get(index), ...change });
  };
  if (config.vantablack_components) set("body", VANTABLACK);
  const own = config.component_material;
  if (own) {
    set("body", change(own.body_color, own.body_roughness, own.body_metallic));
    set("tin", change(own.tin_color, own.tin_roughness, own.tin_metallic));
    const pad = change(own.pad_color, own.pad_roughness, own.pad_metallic);
    if (Object.keys(pad).length > 0) set("pad", { ...pad, specular: 0 });
  }
  for (const index of buckets.board) {
    const material = scene.materials[index];
    const layer = material && boardLayerOf(material.name);
    const given = layer && config.board_material?.[layer];
    if (!given) continue;
    const weight = given.diffuse_weight ?? 1;
    const color = given.color ?? (given.diffuse_weight === undefined ? undefined : material.color);
    changes.set(index, {
      ...change(color && scaled(color, weight), given.roughness, given.metallic),
      ...(given.specular_weight === undefined ? {} : { specular: 0.5 * given.specular_weight }),
    });
  }
  return changes;
}

/** Materials of one trigger or sample; draws in the order of contract 1.8. Undefined when nothing is randomised. */
export function drawMaterials(
  scene: Scene,
  config: RenderConfig,
  random: NumpyRandom,
): MaterialChanges | undefined {
  const knobs = config.randomize_material;
  if (!knobs) return undefined;
  const own = config.component_material;
  const draw = (knob: Knob | undefined, fallback: Knob) => drawKnob(knob ?? fallback, random);
  const body: Rgb = [
    draw(knobs.body_r, [0, 0.1]),
    draw(knobs.body_g, [0, 0.1]),
    draw(knobs.body_b, [0, 0.1]),
  ];
  const bodyRoughness = draw(knobs.body_roughness, 1);
  const bodyMetallic = draw(knobs.body_metallic, [0.9, 1]);
  const tinRoughness = draw(knobs.tin_roughness, 0.2);
  const padRoughness = draw(knobs.pad_roughness, 0.2);
  const color = (given: readonly Knob[] | undefined, fallback: readonly number[] | undefined): Rgb =>
    (given ?? fallback ?? [0, 0, 0]).map((knob) => drawKnob(knob, random)) as unknown as Rgb;
  const tin = color(knobs.tin_color, own?.tin_color);
  const pad = color(knobs.pad_color, own?.pad_color);
  const tinMetallic = draw(knobs.tin_metallic, own?.tin_metallic ?? 0.89);
  const padMetallic = draw(knobs.pad_metallic, own?.pad_metallic ?? 0);
  const buckets = materialBuckets(scene, config.pcba_root);
  return new Map<number, MaterialChange>([
    ...buckets.body.map((i) => [i, change(body, bodyRoughness, bodyMetallic)] as const),
    ...buckets.tin.map((i) => [i, change(tin, tinRoughness, tinMetallic)] as const),
    ...buckets.pad.map((i) => [i, { ...change(pad, padRoughness, padMetallic), specular: 0 }] as const),
  ]);
}

function change(color?: Rgb, roughness?: number, metallic?: number): MaterialChange {
  return {
    ...(color ? { color } : {}),
    ...(roughness === undefined ? {} : { roughness }),
    ...(metallic === undefined ? {} : { metallic }),
  };
}

function scaled(color: Rgb, by: number): Rgb {
  return [color[0] * by, color[1] * by, color[2] * by];
}
