import type { Rgb, Vec3 } from "../model.js";
import { float, floatTuple, type PrimSpec, quoted } from "../usda/index.js";
import { rotation, scope, transform } from "./prims.js";

/** Camera height above the laminate in the file; scans set their own. */
const HEIGHT = 20;
const DOME = 100;

/** A light layer: elevation of its two rings in degrees, lights in each, colour. */
const LAYERS: readonly Readonly<{
  name: string;
  rings: readonly (readonly [number, number])[];
  intensity: number;
  color: Rgb;
}>[] = [
  {
    name: "Outer_Blue",
    rings: [
      [8, 16],
      [20, 16],
    ],
    intensity: 2600,
    color: [0.03, 0.03, 1],
  },
  {
    name: "Middle_Green",
    rings: [
      [38, 14],
      [52, 12],
    ],
    intensity: 1800,
    color: [0.03, 1, 0.03],
  },
  {
    name: "Inner_Red",
    rings: [
      [68, 10],
      [80, 6],
    ],
    intensity: 3600,
    color: [1, 0.03, 0.03],
  },
];

/**
 * `/World/camera_light`: what a scan moves. Below it the orthographic `Camera`, the ring rig's root
 * `aoi_ring_light` (its centre on the board while the camera is at the height in the file) with a small red,
 * green and blue rig, and a weak white dome.
 */
export function cameraRig(centre: readonly [number, number], o: { lights: boolean }): PrimSpec {
  const camera: PrimSpec = {
    specifier: "def",
    type: "Camera",
    name: "Camera",
    properties: [
      { type: "float2", name: "clippingRange", value: floatTuple([0.1, 10000]) },
      { type: "float", name: "focalLength", value: float(500) },
      { type: "float", name: "horizontalAperture", value: float(97) },
      { type: "float", name: "verticalAperture", value: float(54.5625) },
      { type: "token", name: "projection", value: quoted("orthographic") },
    ],
  };
  const ring: PrimSpec = {
    specifier: "def",
    type: "Xform",
    name: "aoi_ring_light",
    properties: transform(rotation(0, [0, 0, -HEIGHT])),
    children: o.lights ? LAYERS.map(layer) : [],
  };
  const dome: PrimSpec = {
    specifier: "def",
    type: "DomeLight",
    name: "ambient",
    properties: [
      { type: "float", name: "inputs:intensity", value: float(120) },
      { type: "color3f", name: "inputs:color", value: floatTuple([1, 1, 1]) },
    ],
  };
  return {
    specifier: "def",
    type: "Xform",
    name: "camera_light",
    properties: transform(rotation(0, [centre[0], centre[1], HEIGHT])),
    children: o.lights ? [camera, ring, dome] : [camera, ring],
  };
}

function layer(l: (typeof LAYERS)[number]): PrimSpec {
  const rings = l.rings.map(([elevation, count], k) =>
    scope(
      `Ring_${String(k).padStart(2, "0")}_p${elevation}`,
      Array.from({ length: count }, (_, i) => light(i, elevation, (360 * (i + 0.5 * k)) / count, l)),
      "Xform",
    ),
  );
  return scope(l.name, rings, "Xform");
}

function light(i: number, elevation: number, azimuth: number, l: (typeof LAYERS)[number]): PrimSpec {
  const [e, a] = [(elevation * Math.PI) / 180, (azimuth * Math.PI) / 180];
  const z: Vec3 = [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)];
  const x: Vec3 = [-Math.sin(a), Math.cos(a), 0];
  const y: Vec3 = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
  // A disk light shines along its −Z: Z points away from the centre.
  const m = [...x, 0, ...y, 0, ...z, 0, ...z.map((v) => v * DOME), 1];
  return {
    specifier: "def",
    type: "DiskLight",
    name: `L_${String(i).padStart(3, "0")}`,
    properties: [
      { type: "float", name: "inputs:radius", value: float(9) },
      { type: "float", name: "inputs:intensity", value: float(l.intensity) },
      { type: "color3f", name: "inputs:color", value: floatTuple(l.color) },
      ...transform(m),
    ],
  };
}
