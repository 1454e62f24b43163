import { dataError, type Problem } from "../../kit/errors.js";
import { NumpyRandom } from "../../kit/numpy-random.js";
import { seeded } from "../../kit/random.js";
import type { RenderConfig, Rig } from "../cookbook/index.js";
import type { FilletDraw } from "../fillet/index.js";
import { type FrameSlot, planFrames } from "../grid/index.js";
import { below, sampleRig } from "../lights/index.js";
import {
  drawMaterials,
  drawTinNoise,
  fixedMaterials,
  type MaterialChanges,
  tinBumps,
  tinChanges,
} from "../materials/index.js";
import type { Scene, Vec3 } from "../model.js";
import { boardRoot, type PosePlan } from "../poses/index.js";
import type { View } from "../view.js";
import { drawMotionBlur, type MotionBlur } from "./augmentation.js";
import { boardBox } from "./board.js";
import { mountOf, scanPath, viewAt } from "./camera.js";
import { type PoseSource, poseSource } from "./defects.js";
import { drawFillet, plainFillet, withFillets } from "./fillets.js";
import { classLabels } from "./labels.js";
import { metadataName, triggerFolder } from "./layout.js";
import { type LightingPlan, type LightingState, planLighting } from "./lighting.js";
import { recordOf, type TriggerFacts, triggerMetadata } from "./metadata.js";
import { passesOf } from "./passes.js";
import { seenBy, withSolder } from "./solder.js";
import type { FramePlan, ScanPlan, TriggerPlan } from "./types.js";
import { namedByCell, planWarnings } from "./warnings.js";

/**
 * Draws everything that is random and lays out every frame of a run (contract 1.4). `merged`: the configuration as
 * written, for metadata files. Throws data errors for boards, rules, grids and defects that cannot be used.
 */
export async function planScan(
  given: Scene,
  config: RenderConfig,
  merged: Readonly<Record<string, unknown>>,
): Promise<ScanPlan> {
  boardRoot(given.root, config.pcba_root);
  const scene = withoutBlackout(given, config);
  const board = boardBox(scene, config.pcba_root);
  const path = scanPath(scene, config, board);
  const mount = mountOf(scene, config);
  const classes = classLabels(scene, config);
  const top: Vec3 = [(board.min[0] + board.max[0]) / 2, (board.min[1] + board.max[1]) / 2, board.max[2]];
  const lighting = await planLighting(scene, config, mount, top);
  const problems: Problem[] = [...scene.problems, ...classes.problems];
  const slots = planFrames(path.cells, {
    triggers: config.num_triggers,
    seed: config.seed,
    samplesPerPosition: config.pipeline_type === "good" ? config.samples_per_position : 1,
    maxImageCount: config.max_image_count,
    picturesPerFrame: config.pipeline_type === "missing" ? 2 : 1,
    padding: paddingOf(config),
    nameByCell: namedByCell(config),
  });
  if (slots.every((frames) => frames.length === 0)) throw noFrames(config, path.cells.length);
  const source =
    config.pipeline_type === "good"
      ? undefined
      : poseSource(scene, config, Object.keys(asMap(merged.defects)));
  problems.push(...(source?.problems ?? []), ...planWarnings(config));
  const once =
    source && config.pipeline_type === "defect" && !config.randomize_defects_per_trigger
      ? source.prepare(new NumpyRandom(config.random_seed))
      : undefined;
  const fillet = plainFillet(config);
  const drawn = slots.flatMap((frames, index) =>
    frames.length === 0
      ? []
      : [drawTrigger({ scene, config, lighting, source, once, fillet }, index, frames)],
  );
  const posed = [...new Set(drawn.map((d) => d.poses))].filter((poses) => poses !== undefined);
  problems.push(...posed.flatMap((poses) => poses.problems));
  const viewOf = (trigger: DrawnTrigger, slot: FrameSlot): View =>
    viewAt(slot.cell, {
      ...{ path, mount, tilt: trigger.tilt, config },
      ...{ metersPerUnit: scene.metersPerUnit, topZ: board.max[2] },
    });
  const views = drawn.flatMap((trigger) => trigger.frames.map(({ slot }) => viewOf(trigger, slot)));
  const seen = seenBy(views);
  const soldered = withSolder(scene, posed, seen);
  const fillets = drawn.flatMap(({ frames }) => frames.flatMap((frame) => frame.fillet ?? []));
  const filleted = withFillets(soldered.scene, config, fillets, seen);
  problems.push(...filleted.problems);
  const record = recordOf(config, merged, scene, path.record);
  const passes = passesOf(filleted.scene, config, classes.written, drawn, soldered.changesOf);
  const triggers = drawn.map((trigger, i): TriggerPlan => {
    const frames = trigger.frames.map(({ fillet: own, ...frame }) => {
      const { slot } = frame;
      const planned = { ...frame, view: viewOf(trigger, slot), seed: slot.number, blur: trigger.blur };
      return { own, planned };
    });
    return {
      index: trigger.index,
      folder: triggerFolder(trigger.index, config.flat_output),
      metadataName: metadataName(trigger.index, config.flat_output),
      metadata: triggerMetadata(config, record, trigger),
      passes: (passes[i] ?? []).map(({ poses, ...pass }) => ({
        ...pass,
        frames: frames.map(
          ({ own, planned }): FramePlan => ({ ...planned, poses: filleted.posesWith(poses, own) }),
        ),
      })),
    };
  });
  const lightings = triggers[0]?.passes[0]?.frames[0]?.lighting.captures.map((c) => c.lighting) ?? [];
  const pictures = triggers
    .flatMap((t) => t.passes)
    .reduce((sum, pass) => sum + pass.frames.length * (pass.outputs.rgb ? lightings.length : 1), 0);
  return {
    config,
    scene: { ...filleted.scene, textures: [...scene.textures, ...lighting.textures] },
    record,
    lightings,
    triggers,
    pictures,
    problems,
  };
}

type Drawing = Readonly<{
  scene: Scene;
  config: RenderConfig;
  lighting: LightingPlan;
  source: PoseSource | undefined;
  once: PosePlan | undefined;
  fillet: FilletDraw | undefined;
}>;

export type DrawnTrigger = Omit<TriggerFacts, "frames"> &
  Readonly<{
    poses: PosePlan | undefined;
    tilt: readonly [x: number, y: number];
    blur: MotionBlur | undefined;
    frames: readonly (Held & Readonly<{ slot: FrameSlot }>)[];
  }>;

/** What is drawn for a trigger, or anew for each of several samples of a cell. */
type Held = Readonly<{
  lighting: LightingState;
  materials: MaterialChanges;
  fillet: FilletDraw | undefined;
}>;

/** The draws of one trigger, in the order of contract 1.4 and 1.7. */
function drawTrigger(o: Drawing, index: number, slots: readonly FrameSlot[]): DrawnTrigger {
  const { scene, config, lighting } = o;
  const random = new NumpyRandom((config.random_seed + 1 + index) >>> 0);
  const perTrigger = config.pipeline_type === "defect" && config.randomize_defects_per_trigger;
  const early = perTrigger ? o.source?.prepare(random) : o.once;
  const rig: Rig = config.randomize_rig
    ? sampleRig(config.randomize_rig, config.rig, config.lighting, random)
    : config.rig;
  const fixed = fixedMaterials(scene, config);
  const tin = config.tin_noise?.enabled
    ? tinChanges(scene, config.pcba_root, tinBumps(config.tin_noise, config.random_seed))
    : new Map();
  const first = over(fixed, tin, drawMaterials(scene, config, random));
  const fillet = drawFillet(o.fillet, config, random);
  const state = lighting.draw(random, rig, [index]);
  const tilt = cameraTilt(config, index);
  const blur = drawMotionBlur(config.augmentation, random);
  const poses = config.pipeline_type === "missing" ? o.source?.prepare(random) : early;
  const samples = config.pipeline_type === "good" ? config.samples_per_position : 1;
  let held: Held = { lighting: state, materials: first, fillet };
  const frames = slots.map((slot, i) => {
    // The first sample keeps the trigger's draws; all others are drawn anew (contract 1.4).
    if (samples > 1 && i > 0) held = drawSample(o, rig, index, slot, samples, over(fixed, tin));
    return { slot, ...held };
  });
  return { index, poses, tilt, blur, frames, lighting: held.lighting.record };
}

function drawSample(
  o: Drawing,
  rig: Rig,
  trigger: number,
  slot: FrameSlot,
  samples: number,
  base: MaterialChanges,
): Held {
  const { scene, config } = o;
  const stream = Math.max(0, config.seed) * 1000 + slot.position * samples + slot.sample;
  const random = new NumpyRandom(stream >>> 0);
  const materials = drawMaterials(scene, config, random);
  const fillet = drawFillet(o.fillet, config, random);
  const bumps = drawTinNoise(config, random);
  const tin = bumps ? tinChanges(scene, config.pcba_root, bumps) : undefined;
  return {
    lighting: o.lighting.draw(random, rig, [trigger, slot.position, slot.sample]),
    materials: over(base, materials, tin),
    fillet,
  };
}

/** Small turns of the camera, the same for equal `random_seed + trigger` whatever else is drawn. */
function cameraTilt(config: RenderConfig, trigger: number): readonly [number, number] {
  const random = seeded(config.random_seed + trigger).fork("camera");
  const { x_range, y_range } = config.camera_rotation;
  return [random.range(x_range[0], x_range[1]), random.range(y_range[0], y_range[1])];
}

function over(...sets: readonly (MaterialChanges | undefined)[]): MaterialChanges {
  const out = new Map<number, object>();
  for (const set of sets)
    for (const [index, change] of set ?? []) out.set(index, { ...out.get(index), ...change });
  return out;
}

/** Prims that the cookbook blacks out are not shown. */
function withoutBlackout(scene: Scene, config: RenderConfig): Scene {
  const prims = config.extra_blackout_enabled === false ? [] : (config.extra_blackout_prims ?? []);
  if (prims.length === 0) return scene;
  const hidden = (path: string) => prims.some((prim) => below(path, prim));
  return {
    ...scene,
    parts: scene.parts.map((part) => (hidden(part.path) ? { ...part, visible: false } : part)),
  };
}

function paddingOf(config: RenderConfig): number {
  const { writer } = config;
  return (
    (config.pipeline_type === "missing" ? writer.reference : undefined)?.frame_padding ?? writer.frame_padding
  );
}

function noFrames(config: RenderConfig, cells: number) {
  return dataError(
    "no_frames",
    `nothing to render: ${cells} cells, seed ${config.seed}, at most ${config.max_image_count} pictures`,
    config.pipeline_type === "missing"
      ? "The missing pipeline takes two pictures a cell: ask for at least 2."
      : "Use a smaller seed or a larger max_image_count.",
    { field: config.max_image_count >= 0 ? "max_image_count" : "seed" },
  );
}

function asMap(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
