import type { Rig } from "../cookbook/index.js";
import type { Light, Mat4 } from "../model.js";
import { placeRig, ringRig } from "./rig.js";
import type { LightingSample } from "./sampling.js";

/** The dome of the white lighting. */
export const DOME_PATH = "/World/_aoi_dome_light";

/** Lights below it lose their colour in the scene mode, unless the cookbook keeps it (contract 1.7). */
const CAMERA_LIGHTS = "/World/camera_light";

/** The ring rig, coloured and dimmed by a sample; `root` is where it stands. Layers without a sample stay as built. */
export function ringLights(path: string, root: Mat4, rig: Rig, sample: LightingSample): readonly Light[] {
  const lights = ringRig(path, {
    domeRadius: rig.dome_radius,
    lightRadius: rig.light_radius_world,
    intensity: rig.light_intensity,
    coneAngleDeg: sample.coneAngleDeg,
    coneSoftness: sample.coneSoftness,
  });
  return placeRig(lights, root).map(({ layer, light }) => {
    const drawn = sample.layers[layer];
    return drawn ? { ...light, ...drawn, exposure: sample.exposure } : light;
  });
}

/** One dome from all sides. */
export function domeLights(sample: LightingSample): readonly Light[] {
  const { white } = sample;
  if (!white) return [];
  return [
    {
      kind: "dome",
      path: DOME_PATH,
      world: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      visible: true,
      normalize: false,
      exposure: sample.exposure,
      ...white,
    },
  ];
}

/**
 * The scene's own lights. Those below the camera's xform have moved with it by `moved`; those below
 * `/World/camera_light` become white unless `keepColor`.
 */
export function sceneLights(
  lights: readonly Light[],
  o: { keepColor: boolean; cameraXform: string; moved: readonly [number, number, number] },
): readonly Light[] {
  return lights
    .filter((light) => light.visible)
    .map((light) => {
      const white = !o.keepColor && below(light.path, CAMERA_LIGHTS);
      const world = below(light.path, o.cameraXform) ? shifted(light.world, o.moved) : light.world;
      return { ...light, world, ...(white ? { color: [1, 1, 1] as const } : {}) };
    });
}

export function below(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}

export function shifted(m: Mat4, [x, y, z]: readonly [number, number, number]): Mat4 {
  const out = [...m];
  out[12] = (out[12] as number) + x;
  out[13] = (out[13] as number) + y;
  out[14] = (out[14] as number) + z;
  return out;
}
