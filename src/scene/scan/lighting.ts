import { dataError } from "../../kit/errors.js";
import type { NumpyRandom } from "../../kit/numpy-random.js";
import { seeded } from "../../kit/random.js";
import type { NamedLighting, RenderConfig, Rig } from "../cookbook/index.js";
import {
  CARD_BRIGHTNESS,
  domeLights,
  irradiance,
  type LightingSample,
  lightingRecord,
  middleLighting,
  type NamedLightings,
  namedLightings,
  ringLights,
  sampleLighting,
  sceneLights,
  shifted,
} from "../lights/index.js";
import { translation } from "../matrix.js";
import type { Light, Mat4, Scene, Vec3 } from "../model.js";
import type { Mount } from "./camera.js";

/** One picture of a frame: its lighting's name (undefined: the cookbook's one lighting) and what lights it. */
export type Capture = Readonly<{
  lighting: NamedLighting | undefined;
  /** Factor from radiance to the picture's linear value, 1 being full scale. */
  gain: number;
  lights: (cell: Vec3) => readonly Light[];
}>;

/** The lighting of a trigger or a sample. */
export type LightingState = Readonly<{
  captures: readonly Capture[];
  record: Readonly<Record<string, unknown>>;
}>;

export type LightingPlan = Readonly<{
  /** To be appended to the scene's textures. */
  textures: NamedLightings["textures"];
  /** Draws a lighting. `key` names the trigger (and sample) for the named lightings, which have streams of their own. */
  draw: (random: NumpyRandom, rig: Rig, key: readonly (string | number)[]) => LightingState;
}>;

/** Without a named lighting: a white card lying on the board comes out this bright, of 1. Colour rings are for solder. */
const CARD = { other: 0.8, rings: CARD_BRIGHTNESS.SolderLight };

/**
 * Prepares the lighting of a run: the named lightings when the cookbook lists them, else one of the three modes of
 * contract 1.7. The exposure is calibrated once, on a white card under the middle of all ranges at `at` (the board's
 * top): drawn intensities make pictures brighter or darker.
 */
export async function planLighting(
  scene: Scene,
  config: RenderConfig,
  mount: Mount,
  at: Vec3,
): Promise<LightingPlan> {
  const exposure = 2 ** config.reflow.exposure;
  const named = config.reflow.lightings;
  if (named) {
    const prepared = await namedLightings(named, config.reflow.lighting);
    return {
      textures: prepared.textures,
      draw: (_, __, key) => {
        const samples = named.map((name) => {
          const random = seeded(config.random_seed).fork("lighting", name, ...key);
          return { name, ...prepared.lights(name, scene.textures.length, random) };
        });
        return {
          captures: samples.map(({ name, lights }) => ({
            lighting: name,
            gain: CARD_BRIGHTNESS[name] * exposure,
            lights: () => lights,
          })),
          record: {
            ring_light: named[0] === "SolderLight",
            named: Object.fromEntries(samples.map(({ name, brightness }) => [name, { brightness }])),
          },
        };
      },
    };
  }
  const root = (cell: Vec3): Mat4 => rigRoot(mount, cell);
  const moved = (cell: Vec3): Vec3 => [
    cell[0] - mount.xform[0],
    cell[1] - mount.xform[1],
    cell[2] - mount.xform[2],
  ];
  const own = (cell: Vec3) =>
    sceneLights(scene.lights, {
      keepColor: config.preserve_scene_light_color,
      cameraXform: config.camera_xform_path,
      moved: moved(cell),
    });
  const { lighting } = config;
  const made = (sample: LightingSample, rig: Rig, cell: Vec3) =>
    lighting?.ring_light ? ringLights(config.ring_light_root, root(cell), rig, sample) : domeLights(sample);
  const usual =
    config.use_scene_lights || !lighting ? own(at) : made(middleLighting(lighting), config.rig, at);
  if (usual.length === 0)
    throw dataError(
      "no_lights",
      "the cookbook uses the scene's lights, but the scene shows none: pictures would be black",
      "Set use_scene_lights: false and give lighting, or list reflow.lightings.",
      { file: scene.file, field: "use_scene_lights" },
    );
  const rings = !config.use_scene_lights && lighting?.ring_light === true;
  const gain = (await cardGain(usual, at, scene)) * (rings ? CARD.rings : CARD.other) * exposure;
  return {
    textures: [],
    draw: (random, rig) => {
      if (config.use_scene_lights || !lighting)
        return {
          captures: [{ lighting: undefined, gain, lights: own }],
          record: { ring_light: false, use_scene_lights: true },
        };
      const sample = sampleLighting(lighting, random);
      return {
        captures: [{ lighting: undefined, gain, lights: (cell) => made(sample, rig, cell) }],
        record: lightingRecord(sample),
      };
    },
  };
}

/** The rig moves with the camera's xform; a scene without one has it right at the camera's place. */
function rigRoot(mount: Mount, cell: Vec3): Mat4 {
  if (!mount.rig) return translation(cell);
  return shifted(mount.rig, [cell[0] - mount.xform[0], cell[1] - mount.xform[1], cell[2] - mount.xform[2]]);
}

/** Brings a white card on the board to 1. */
async function cardGain(lights: readonly Light[], at: Vec3, scene: Scene): Promise<number> {
  const [r, g, b] = await irradiance(lights, at, scene.textures);
  const card = (0.2126 * r + 0.7152 * g + 0.0722 * b) / Math.PI;
  return card > 0 ? 1 / card : 1;
}
