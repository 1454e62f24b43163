import type { Box, Vec3 } from "../model.js";
import type { View } from "../view.js";

/** Unit axes of a view in the world: the picture's right and up, and the direction of sight. */
export type ViewAxes = Readonly<{ right: Vec3; up: Vec3; forward: Vec3 }>;

const RAD = Math.PI / 180;

/**
 * Axes of a view: tilted about X, then about Y, then turned by the yaw about Z (contract 1.3; without tilts the right
 * is (cos θ, sin θ, 0) and the sight goes along −Z).
 */
export function viewAxes(view: Pick<View, "yawDeg" | "tiltXDeg" | "tiltYDeg">): ViewAxes {
  const turn = (v: Vec3): Vec3 => aboutZ(aboutY(aboutX(v, view.tiltXDeg), view.tiltYDeg), view.yawDeg);
  return { right: turn([1, 0, 0]), up: turn([0, 1, 0]), forward: turn([0, 0, -1]) };
}

/** Pixel position of a world point in an orthographic view, u to the right and v downwards (contract 1.3). */
export function projectOrthographic(
  view: View,
  axes: ViewAxes,
  p: Vec3,
  width: number,
  height: number,
): readonly [u: number, v: number, depth: number] {
  const d: Vec3 = [p[0] - view.position[0], p[1] - view.position[1], p[2] - view.position[2]];
  return [
    width / 2 + (dot(d, axes.right) / view.width) * width,
    height / 2 - (dot(d, axes.up) / view.height) * height,
    dot(d, axes.forward),
  ];
}

/** A downward orthographic view without depth of field. Lengths in scene units. */
export function downwardView(o: {
  position: Vec3;
  yawDeg: number;
  width: number;
  height: number;
  tiltXDeg?: number;
  tiltYDeg?: number;
}): View {
  return {
    position: o.position,
    yawDeg: o.yawDeg,
    tiltXDeg: o.tiltXDeg ?? 0,
    tiltYDeg: o.tiltYDeg ?? 0,
    projection: "orthographic",
    width: o.width,
    height: o.height,
    focalLength: 0,
    lensRadius: 0,
    focusDistance: 0,
  };
}

/**
 * The window that shows a component with a margin of a quarter of its size on each side, in the picture's shape
 * (contract 1.3). `aspect` is height / width of the picture.
 */
export function framing(box: Box, aspect: number): { centre: readonly [number, number]; width: number } {
  const sx = box.max[0] - box.min[0];
  const sy = box.max[1] - box.min[1];
  return {
    centre: [(box.min[0] + box.max[0]) / 2, (box.min[1] + box.max[1]) / 2],
    width: Math.max(1.5 * sx, (1.5 * sy) / aspect),
  };
}

function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function aboutX([x, y, z]: Vec3, deg: number): Vec3 {
  const [c, s] = cosSin(deg);
  return [x, y * c - z * s, y * s + z * c];
}

function aboutY([x, y, z]: Vec3, deg: number): Vec3 {
  const [c, s] = cosSin(deg);
  return [x * c + z * s, y, z * c - x * s];
}

function aboutZ([x, y, z]: Vec3, deg: number): Vec3 {
  const [c, s] = cosSin(deg);
  return [x * c - y * s, x * s + y * c, z];
}

/** Exact at quarter turns, so that a turned scan stays on the pixel grid. */
function cosSin(deg: number): readonly [number, number] {
  const quarter = (((deg / 90) % 4) + 4) % 4;
  if (Number.isInteger(quarter)) return [[1, 0, -1, 0][quarter] as number, [0, 1, 0, -1][quarter] as number];
  return [Math.cos(deg * RAD), Math.sin(deg * RAD)];
}
