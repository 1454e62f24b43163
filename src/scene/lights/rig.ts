import { multiply, rotation, translation } from "../matrix.js";
import type { Light, Mat4, Rgb } from "../model.js";

/** A disk light of a rig, placed relative to the rig's root; `layer` is the group that is dimmed and coloured together. */
export type RigLight = Readonly<{ layer: string; light: DiskLight }>;

export type DiskLight = Extract<Light, { kind: "disk" }>;

/** Scene units; cones in degrees. */
export type RigShape = Readonly<{
  domeRadius: number;
  lightRadius: number;
  intensity: number;
  coneAngleDeg: number;
  coneSoftness: number;
}>;

const RINGS_PER_LAYER = 5;
const LIGHTS_PER_RING = 60;

/** From the horizon upwards. */
const LAYERS: readonly (readonly [name: string, color: Rgb])[] = [
  ["Outer_Blue", [0, 0, 1]],
  ["Middle_Green", [0, 1, 0]],
  ["Inner_Red", [1, 0, 0]],
];

/**
 * The colour ring rig (contract 1.7): 15 rings of 60 disks on a hemisphere, each facing its centre; ring g stands
 * 90·g/14 degrees above the horizon, five rings a layer. `root` is the rig's prim path.
 */
export function ringRig(root: string, shape: RigShape): readonly RigLight[] {
  const rings = LAYERS.length * RINGS_PER_LAYER;
  return LAYERS.flatMap(([layer, color], l) =>
    Array.from({ length: RINGS_PER_LAYER }, (_, ring) => {
      const elevation = (90 * (l * RINGS_PER_LAYER + ring)) / (rings - 1);
      const name = `${root}/${layer}/Ring_${pad(ring, 2)}_p${Math.floor(elevation)}`;
      return Array.from({ length: LIGHTS_PER_RING }, (_, k) => ({
        layer,
        light: disk(
          `${name}/L_${pad(k, 3)}`,
          facingCentre(shape.domeRadius, elevation, k / LIGHTS_PER_RING),
          {
            color,
            ...shape,
          },
        ),
      }));
    }).flat(),
  );
}

/** One ring of the LED bowl: layer, radius and height in millimetres, number, intensity, cone and extra tilt in degrees. */
type BowlRing = readonly [
  layer: string,
  radius: number,
  height: number,
  count: number,
  intensity: number,
  cone: number,
  tilt: number,
];

/** A bowl of 999 LEDs (contract 1.7): sphere of radius 71 mm about z = −16 mm. */
const BOWL: readonly BowlRing[] = [
  ["Inner_Red", 10, 54.3, 22, 5000, 120, -10.43],
  ["Inner_Red", 16, 53.2, 35, 5000, 120, -6.74],
  ["Middle_Green", 22, 51.5, 49, 2000, 120, -3.13],
  ["Middle_Green", 28, 49.2, 62, 2200, 120, 0.36],
  ["Middle_Green", 34, 46.3, 75, 2400, 120, 3.71],
  ["Middle_Green", 40, 42.7, 88, 2600, 120, 6.87],
  ["Middle_Green", 43, 40.5, 95, 2800, 120, 8.28],
  ["Outer_Blue", 46, 38.1, 101, 3000, 120, 9.63],
  ["Outer_Blue", 49, 35.4, 108, 3200, 120, 10.83],
  ["Outer_Blue", 52, 32.3, 115, 3500, 120, 11.85],
  ["Outer_Blue", 55, 28.9, 121, 3800, 120, 12.72],
  ["Outer_Blue", 58, 25.0, 128, 4000, 180, 22.32],
];

/** The LED bowl. `millimetre` is the length of a millimetre in scene units. */
export function ledBowl(root: string, millimetre: number): readonly RigLight[] {
  return BOWL.flatMap(([layer, radius, height, count, intensity, cone, offset], ring) => {
    const color = LAYERS.find(([name]) => name === layer)?.[1] ?? [1, 1, 1];
    const tilt = (Math.atan2(radius, height) * 180) / Math.PI + offset;
    return Array.from({ length: count }, (_, k) => {
      const yaw = (360 * k) / count;
      const [x, y] = turned(radius * millimetre, k / count);
      const local = multiply(
        multiply(rotation(1, tilt), rotation(2, yaw)),
        translation([x, y, height * millimetre]),
      );
      return {
        layer,
        light: disk(`${root}/${layer}/Ring_${pad(ring, 2)}/L_${pad(k, 3)}`, local, {
          color,
          intensity,
          // Nine tenths of the room that a ring leaves for each LED.
          lightRadius: ((2 * Math.PI * radius) / count) * 0.45 * millimetre,
          coneAngleDeg: cone,
          coneSoftness: 1,
        }),
      };
    });
  });
}

/** Lights of a rig at its place in the world. */
export function placeRig(lights: readonly RigLight[], root: Mat4): readonly RigLight[] {
  return lights.map(({ layer, light }) => ({
    layer,
    light: { ...light, world: multiply(light.world, root) },
  }));
}

/** On a sphere about the origin, with the light's −Z towards it: tilted about Y, then turned about Z. */
function facingCentre(radius: number, elevation: number, turn: number): Mat4 {
  const angle = (elevation * Math.PI) / 180;
  const [x, y] = turned(radius * Math.cos(angle), turn);
  return multiply(
    multiply(rotation(1, 90 - elevation), rotation(2, 360 * turn)),
    translation([x, y, radius * Math.sin(angle)]),
  );
}

function turned(radius: number, turn: number): readonly [number, number] {
  return [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn)];
}

function disk(path: string, world: Mat4, o: Omit<RigShape, "domeRadius"> & { color: Rgb }): DiskLight {
  return {
    kind: "disk",
    path,
    world,
    visible: true,
    color: o.color,
    intensity: o.intensity,
    exposure: 0,
    normalize: false,
    radius: o.lightRadius,
    coneAngleDeg: o.coneAngleDeg,
    coneSoftness: o.coneSoftness,
  };
}

function pad(n: number, width: number): string {
  return String(n).padStart(width, "0");
}
