// Lights: drawn by light sampling, and met by rays that the surface sent out. Lights do not hide each other, and the
// camera does not see them. What a light sends one way: radiance · cone, on the side it shines to.
import {
  LIGHT_AXIS_U,
  LIGHT_AXIS_V,
  LIGHT_AXIS_W,
  LIGHT_BYTES,
  LIGHT_CENTRE,
  LIGHT_CHANCE,
  LIGHT_CONE_END,
  LIGHT_CONE_START,
  LIGHT_CYLINDER,
  LIGHT_DISK,
  LIGHT_DISTANT,
  LIGHT_DOME,
  LIGHT_DUAL_U,
  LIGHT_DUAL_V,
  LIGHT_HALF_LENGTH,
  LIGHT_KIND,
  LIGHT_RADIANCE,
  LIGHT_RADIUS,
  LIGHT_RECT,
  LIGHT_SHAPED,
  LIGHT_SIZE,
  LIGHT_SPHERE,
} from "../layout";
import { angleOf, cosine, diskX, diskY, PI, sine, toDisk, turnTo } from "./angle";
import { domeB, domeDensity, domeG, domeR, domeRadiance, domeX, domeY, domeZ, sampleDome } from "./dome";
import {
  farCount,
  farFirst,
  lightCdf,
  lightNodes,
  lightRoot,
  lights,
  pickedLights,
  placedLights,
  stack,
} from "./scene";
import { NOTHING, nearOffset, nodeAt, STACK_ENTRY, visit } from "./tree";

/** Distance that stands for "beyond everything". */
export const FAR: f32 = 1e30;

/** Result of `sampleLight`: unit direction, distance, radiance, and density per steradian times chance of the light. */
export let towardsX: f32 = 0;
export let towardsY: f32 = 0;
export let towardsZ: f32 = 0;
export let distance: f32 = 0;
export let radianceR: f32 = 0;
export let radianceG: f32 = 0;
export let radianceB: f32 = 0;
export let lightDensity: f32 = 0;

/** Result of `gather`: radiance met along a ray, weighed against light sampling. */
export let metR: f32 = 0;
export let metG: f32 = 0;
export let metB: f32 = 0;

/** Draws a light by its chance and a point on it, seen from p. False when nothing arrives from there. */
export function sampleLight(px: f32, py: f32, pz: f32, pick: f32, u: f32, v: f32): bool {
  if (pickedLights === 0) return false;
  const light = lights + <usize>drawnIndex(pick) * LIGHT_BYTES;
  const kind = load<i32>(light, LIGHT_KIND);
  if (kind === LIGHT_DISK) {
    toDisk(u, v);
    if (!towardsFlat(light, px, py, pz, diskX, diskY)) return false;
  } else if (kind === LIGHT_RECT) {
    if (!towardsFlat(light, px, py, pz, 2 * u - 1, 2 * v - 1)) return false;
  } else if (kind === LIGHT_SPHERE) {
    if (!towardsSphere(light, px, py, pz, u, v)) return false;
  } else if (kind === LIGHT_CYLINDER) {
    if (!towardsCylinder(light, px, py, pz, u, v)) return false;
  } else if (kind === LIGHT_DISTANT) {
    towardsDistant(light, u, v);
  } else {
    if (!sampleDome(light, u, v)) return false;
    towardsX = domeX;
    towardsY = domeY;
    towardsZ = domeZ;
    distance = FAR;
    radianceR = domeR;
    radianceG = domeG;
    radianceB = domeB;
    lightDensity = domeDensity;
  }
  lightDensity *= load<f32>(light, LIGHT_CHANCE);
  return lightDensity > 0;
}

/**
 * Adds up the light that a ray meets before `limit`. `density` is the surface's chance density of this direction;
 * each light is weighed by the power heuristic (Veach 1995) against the chance that light sampling had found it.
 */
export function gather(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, limit: f32, density: f32): void {
  metR = 0;
  metG = 0;
  metB = 0;
  if (limit >= FAR)
    for (let i = farFirst; i < farFirst + farCount; i++)
      meetFar(lights + <usize>i * LIGHT_BYTES, dx, dy, dz, density);
  if (placedLights === 0) return;
  weighing = density;
  walkPlaced(ox, oy, oz, dx, dy, dz, limit);
}

/** True when a ray meets at least one light that has a place. */
export function meetsPlaced(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32): bool {
  if (placedLights === 0) return false;
  metR = 0;
  metG = 0;
  metB = 0;
  weighing = 1;
  walkPlaced(ox, oy, oz, dx, dy, dz, FAR);
  return metR + metG + metB > 0;
}

let weighing: f32 = 0;

function walkPlaced(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, limit: f32): void {
  const ix: f32 = <f32>1 / dx;
  const iy: f32 = <f32>1 / dy;
  const iz: f32 = <f32>1 / dz;
  const vox = f32x4.splat(ox);
  const voy = f32x4.splat(oy);
  const voz = f32x4.splat(oz);
  const vix = f32x4.splat(ix);
  const viy = f32x4.splat(iy);
  const viz = f32x4.splat(iz);
  const nx = nearOffset(ix);
  const ny = nearOffset(iy);
  const nz = nearOffset(iz);
  const base = stack;
  let top = base;
  let ref = lightRoot;
  for (;;) {
    if (ref >= 0) {
      const next = visit(nodeAt(lightNodes, ref), vox, voy, voz, vix, viy, viz, nx, ny, nz, limit, top);
      top = <usize>(next >> 32);
      ref = <i32>next;
      if (ref !== NOTHING) continue;
    } else meet(lights + <usize>~ref * LIGHT_BYTES, ox, oy, oz, dx, dy, dz, limit, weighing);
    if (top === base) return;
    top -= STACK_ENTRY;
    ref = load<i32>(top);
  }
}

/** First light whose cumulated chance exceeds `pick`. */
function drawnIndex(pick: f32): i32 {
  let low = 0;
  let high = pickedLights - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f32>(lightCdf + ((<usize>middle) << 2)) > pick) high = middle;
    else low = middle + 1;
  }
  return low;
}

function towardsFlat(light: usize, px: f32, py: f32, pz: f32, u: f32, v: f32): bool {
  towardsX =
    load<f32>(light, LIGHT_CENTRE) +
    u * load<f32>(light, LIGHT_AXIS_U) +
    v * load<f32>(light, LIGHT_AXIS_V) -
    px;
  towardsY =
    load<f32>(light, LIGHT_CENTRE + 4) +
    u * load<f32>(light, LIGHT_AXIS_U + 4) +
    v * load<f32>(light, LIGHT_AXIS_V + 4) -
    py;
  towardsZ =
    load<f32>(light, LIGHT_CENTRE + 8) +
    u * load<f32>(light, LIGHT_AXIS_U + 8) +
    v * load<f32>(light, LIGHT_AXIS_V + 8) -
    pz;
  const squared = normaliseTowards();
  if (!(squared > 0)) return false;
  const facing = -dotAxis(light, towardsX, towardsY, towardsZ);
  if (facing <= 0) return false;
  lightDensity = squared / (facing * load<f32>(light, LIGHT_SIZE));
  return emitted(light, facing);
}

/** Uniform over the cone that the sphere fills; from inside nothing is seen. */
function towardsSphere(light: usize, px: f32, py: f32, pz: f32, u: f32, v: f32): bool {
  towardsX = load<f32>(light, LIGHT_CENTRE) - px;
  towardsY = load<f32>(light, LIGHT_CENTRE + 4) - py;
  towardsZ = load<f32>(light, LIGHT_CENTRE + 8) - pz;
  const squared = normaliseTowards();
  const radius = load<f32>(light, LIGHT_RADIUS);
  const sine2 = (radius * radius) / squared;
  if (!(sine2 < 1)) return false;
  const depth = oneMinusCosine(sine2);
  const centreDistance = distance;
  turnAside(<f32>1 - v * depth, v * depth, u);
  lightDensity = <f32>1 / (2 * PI * depth);
  // Distance to the near side along the drawn direction.
  const along = centreDistance * (<f32>1 - v * depth);
  const aside2 = squared - along * along;
  distance = along - Mathf.sqrt(Mathf.max(0, radius * radius - aside2));
  return emitted(light, 1);
}

function towardsCylinder(light: usize, px: f32, py: f32, pz: f32, u: f32, v: f32): bool {
  turnTo(u);
  const radius = load<f32>(light, LIGHT_RADIUS);
  const h = (<f32>2 * v - 1) * load<f32>(light, LIGHT_HALF_LENGTH);
  const nx = cosine * load<f32>(light, LIGHT_AXIS_U) + sine * load<f32>(light, LIGHT_AXIS_V);
  const ny = cosine * load<f32>(light, LIGHT_AXIS_U + 4) + sine * load<f32>(light, LIGHT_AXIS_V + 4);
  const nz = cosine * load<f32>(light, LIGHT_AXIS_U + 8) + sine * load<f32>(light, LIGHT_AXIS_V + 8);
  towardsX = load<f32>(light, LIGHT_CENTRE) + radius * nx + h * load<f32>(light, LIGHT_AXIS_W) - px;
  towardsY = load<f32>(light, LIGHT_CENTRE + 4) + radius * ny + h * load<f32>(light, LIGHT_AXIS_W + 4) - py;
  towardsZ = load<f32>(light, LIGHT_CENTRE + 8) + radius * nz + h * load<f32>(light, LIGHT_AXIS_W + 8) - pz;
  const squared = normaliseTowards();
  const facing = -(nx * towardsX + ny * towardsY + nz * towardsZ);
  if (!(squared > 0) || facing <= 0) return false;
  lightDensity = squared / (facing * load<f32>(light, LIGHT_SIZE));
  return emitted(light, 1);
}

function towardsDistant(light: usize, u: f32, v: f32): void {
  towardsX = -load<f32>(light, LIGHT_AXIS_W);
  towardsY = -load<f32>(light, LIGHT_AXIS_W + 4);
  towardsZ = -load<f32>(light, LIGHT_AXIS_W + 8);
  const depth = v * load<f32>(light, LIGHT_RADIUS);
  turnAside(<f32>1 - depth, depth, u);
  distance = FAR;
  lightDensity = <f32>1 / load<f32>(light, LIGHT_SIZE);
  emitted(light, 1);
}

/** Turns the unit vector `towards` aside by the angle of the given cosine (and 1 − cosine), somewhere around. */
function turnAside(c: f32, versine: f32, turn: f32): void {
  const s = Mathf.sqrt(Mathf.max(0, versine * (2 - versine)));
  turnTo(turn);
  const x = towardsX;
  const y = towardsY;
  const z = towardsZ;
  const sign: f32 = z >= 0 ? 1 : -1;
  const a: f32 = <f32>-1 / (sign + z);
  const b = x * y * a;
  const p = s * cosine;
  const q = s * sine;
  towardsX = c * x + p * (<f32>1 + sign * x * x * a) + q * b;
  towardsY = c * y + p * sign * b + q * (sign + y * y * a);
  towardsZ = c * z - p * sign * x - q * y;
}

function meetFar(light: usize, dx: f32, dy: f32, dz: f32, density: f32): void {
  if (load<i32>(light, LIGHT_KIND) === LIGHT_DOME) {
    const other = domeRadiance(light, dx, dy, dz) * load<f32>(light, LIGHT_CHANCE);
    radianceR = domeR;
    radianceG = domeG;
    radianceB = domeB;
    addMet(density, other);
    return;
  }
  // Versine from the chord: exact for narrow suns.
  const cx = dx + load<f32>(light, LIGHT_AXIS_W);
  const cy = dy + load<f32>(light, LIGHT_AXIS_W + 4);
  const cz = dz + load<f32>(light, LIGHT_AXIS_W + 8);
  if (<f32>0.5 * (cx * cx + cy * cy + cz * cz) > load<f32>(light, LIGHT_RADIUS)) return;
  emitted(light, 1);
  addMet(density, load<f32>(light, LIGHT_CHANCE) / load<f32>(light, LIGHT_SIZE));
}

function meet(
  light: usize,
  ox: f32,
  oy: f32,
  oz: f32,
  dx: f32,
  dy: f32,
  dz: f32,
  limit: f32,
  density: f32,
): void {
  const kind = load<i32>(light, LIGHT_KIND);
  const cx = load<f32>(light, LIGHT_CENTRE) - ox;
  const cy = load<f32>(light, LIGHT_CENTRE + 4) - oy;
  const cz = load<f32>(light, LIGHT_CENTRE + 8) - oz;
  let perArea: f32 = 0;
  let facing: f32 = 1;
  if (kind === LIGHT_DISK || kind === LIGHT_RECT) {
    facing = -dotAxis(light, dx, dy, dz);
    if (facing <= <f32>1e-6) return;
    const t = -dotAxis(light, cx, cy, cz) / facing;
    if (t <= 0 || t >= limit) return;
    const x = t * dx - cx;
    const y = t * dy - cy;
    const z = t * dz - cz;
    const u =
      x * load<f32>(light, LIGHT_DUAL_U) +
      y * load<f32>(light, LIGHT_DUAL_U + 4) +
      z * load<f32>(light, LIGHT_DUAL_U + 8);
    const v =
      x * load<f32>(light, LIGHT_DUAL_V) +
      y * load<f32>(light, LIGHT_DUAL_V + 4) +
      z * load<f32>(light, LIGHT_DUAL_V + 8);
    if (kind === LIGHT_DISK ? u * u + v * v > 1 : Mathf.abs(u) > 1 || Mathf.abs(v) > 1) return;
    perArea = (t * t) / (facing * load<f32>(light, LIGHT_SIZE));
  } else if (kind === LIGHT_SPHERE) {
    const radius = load<f32>(light, LIGHT_RADIUS);
    const squared = cx * cx + cy * cy + cz * cz;
    const sine2 = (radius * radius) / squared;
    if (!(sine2 < 1)) return;
    const along = cx * dx + cy * dy + cz * dz;
    // The distance of the line from the centre, from the part across: exact also far away.
    const ax = cx - along * dx;
    const ay = cy - along * dy;
    const az = cz - along * dz;
    const room = radius * radius - (ax * ax + ay * ay + az * az);
    if (along <= 0 || room < 0) return;
    if (along - Mathf.sqrt(room) >= limit) return;
    perArea = <f32>1 / (2 * PI * oneMinusCosine(sine2));
  } else if (kind === LIGHT_CYLINDER) {
    const radius = load<f32>(light, LIGHT_RADIUS);
    const da = dotAxis(light, dx, dy, dz);
    const ca = dotAxis(light, cx, cy, cz);
    const wx = load<f32>(light, LIGHT_AXIS_W);
    const wy = load<f32>(light, LIGHT_AXIS_W + 4);
    const wz = load<f32>(light, LIGHT_AXIS_W + 8);
    const qx = dx - da * wx;
    const qy = dy - da * wy;
    const qz = dz - da * wz;
    const sx = cx - ca * wx;
    const sy = cy - ca * wy;
    const sz = cz - ca * wz;
    const a = qx * qx + qy * qy + qz * qz;
    const b = qx * sx + qy * sy + qz * sz;
    const c = sx * sx + sy * sy + sz * sz - radius * radius;
    const room = b * b - a * c;
    if (c <= 0 || room <= 0 || a <= <f32>1e-12) return;
    const t = (b - Mathf.sqrt(room)) / a;
    if (t <= 0 || t >= limit || Mathf.abs(t * da - ca) > load<f32>(light, LIGHT_HALF_LENGTH)) return;
    perArea = (t * t * radius) / (Mathf.sqrt(room) * load<f32>(light, LIGHT_SIZE));
  } else return;
  if (emitted(light, facing)) addMet(density, perArea * load<f32>(light, LIGHT_CHANCE));
}

function addMet(density: f32, other: f32): void {
  const ratio = other / density;
  const weight = <f32>1 / (<f32>1 + ratio * ratio);
  metR += radianceR * weight;
  metG += radianceG * weight;
  metB += radianceB * weight;
}

/** Sets the radiance sent at an angle with the given cosine to the light's axis; false for none. */
function emitted(light: usize, facing: f32): bool {
  radianceR = load<f32>(light, LIGHT_RADIANCE);
  radianceG = load<f32>(light, LIGHT_RADIANCE + 4);
  radianceB = load<f32>(light, LIGHT_RADIANCE + 8);
  if (load<i32>(light, LIGHT_SHAPED) === 0) return true;
  const start = load<f32>(light, LIGHT_CONE_START);
  const end = load<f32>(light, LIGHT_CONE_END);
  const angle = angleOf(facing);
  if (angle >= end) return false;
  if (angle > start) {
    const x = (angle - start) / (end - start);
    const k = <f32>1 - x * x * (3 - 2 * x);
    radianceR *= k;
    radianceG *= k;
    radianceB *= k;
  }
  return true;
}

function dotAxis(light: usize, x: f32, y: f32, z: f32): f32 {
  return (
    x * load<f32>(light, LIGHT_AXIS_W) +
    y * load<f32>(light, LIGHT_AXIS_W + 4) +
    z * load<f32>(light, LIGHT_AXIS_W + 8)
  );
}

/** Makes `towards` a unit vector, sets `distance`, returns its square. */
function normaliseTowards(): f32 {
  const squared = towardsX * towardsX + towardsY * towardsY + towardsZ * towardsZ;
  distance = Mathf.sqrt(squared);
  const k = <f32>1 / distance;
  towardsX *= k;
  towardsY *= k;
  towardsZ *= k;
  return squared;
}

function oneMinusCosine(sine2: f32): f32 {
  return sine2 / (<f32>1 + Mathf.sqrt(<f32>1 - sine2));
}
