import type { Light, Mat4, Vec3 } from "../../model.js";
import { buildTree } from "../bvh/tree.js";
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
  LIGHT_TABLE,
  LIGHT_TABLE_HEIGHT,
  LIGHT_TABLE_WIDTH,
  LIGHT_TEXTURE,
} from "../layout.js";
import { add, cross, dot, length, scale, sub, unitVector } from "../vector.js";
import type { Arena } from "./arena.js";
import { type DomeTable, domeTable } from "./dome.js";
import type { DecodedTexture } from "./textures.js";

/** A light in world terms, before it is written. Vectors are relative to the tracer's origin. */
type Prepared = {
  kind: number;
  radiance: Vec3;
  centre: Vec3;
  u: Vec3;
  v: Vec3;
  w: Vec3;
  size: number;
  radius: number;
  halfLength: number;
  coneStart: number;
  coneEnd: number;
  texture: number;
  table?: DomeTable;
  /** Share of light sampling; 0: left to the surface's rays. */
  weight: number;
};

/** Addresses and counts for the head. */
export type PackedLights = Readonly<{
  lights: number;
  picked: number;
  cdf: number;
  nodes: number;
  root: number;
  placed: number;
  farFirst: number;
  farCount: number;
}>;

const RAD = Math.PI / 180;
/** The narrowest sun: an angle of 0 would be a point that no ray meets. */
const LEAST_HALF_ANGLE = 0.02 * RAD;

/**
 * Writes the visible lights behind the arena's mark. `targets` are world points (relative to the origin) that the
 * picture shows: lights are sampled by what they can send there.
 */
export function putLights(
  arena: Arena,
  lights: readonly Light[],
  textures: readonly DecodedTexture[],
  origin: Vec3,
  targets: readonly Vec3[],
): PackedLights {
  const prepared = lights
    .filter((light) => light.visible)
    .flatMap((light) => prepare(light, textures, origin) ?? [])
    .filter((light) => Math.max(...light.radiance) > 0);
  for (const light of prepared) light.weight = weightOf(light, targets);
  const isFar = (l: Prepared) => l.kind === LIGHT_DISTANT || l.kind === LIGHT_DOME;
  const near = prepared.filter((l) => !isFar(l));
  const far = prepared.filter(isFar).sort((a, b) => Number(b.weight > 0) - Number(a.weight > 0));
  const all = [...near, ...far];
  const picked = all.filter((l) => l.weight > 0).length;

  const cdf = cumulated(all.slice(0, picked).map((l) => l.weight));
  const block = new Uint8Array(Math.max(1, all.length) * LIGHT_BYTES);
  all.forEach((light, i) => {
    const chance = i < picked ? cdf[i]! - (i === 0 ? 0 : cdf[i - 1]!) : 0;
    writeLight(new DataView(block.buffer, i * LIGHT_BYTES, LIGHT_BYTES), light, chance, arena);
  });
  const tree = buildTree(boxesOf(near), 1, true);
  return {
    lights: arena.put(block),
    picked,
    cdf: arena.put(cdf),
    nodes: arena.put(tree.nodes),
    root: tree.root,
    placed: near.length,
    farFirst: near.length,
    farCount: far.length,
  };
}

function prepare(light: Light, textures: readonly DecodedTexture[], origin: Vec3): Prepared | undefined {
  const m = light.world;
  const [x, y, z] = [row(m, 0), row(m, 1), row(m, 2)];
  const strength = light.intensity * 2 ** light.exposure;
  const base: Prepared = {
    kind: LIGHT_DOME,
    radiance: [0, 1, 2].map((i) => Math.max(0, light.color[i]! * strength)) as unknown as Vec3,
    centre: sub(row(m, 3), origin),
    u: unitVector(x),
    v: unitVector(y),
    w: unitVector(z),
    size: 1,
    radius: 0,
    halfLength: 0,
    coneStart: Math.PI,
    coneEnd: Math.PI,
    texture: -1,
    weight: 0,
  };
  const divided = (by: number) => (light.normalize && by > 0 ? scale(base.radiance, 1 / by) : base.radiance);
  const cone = (o: { coneAngleDeg: number; coneSoftness: number }) => ({
    coneStart: o.coneAngleDeg * RAD * (1 - Math.min(1, Math.max(0, o.coneSoftness))),
    coneEnd: o.coneAngleDeg * RAD,
  });
  switch (light.kind) {
    case "dome": {
      const picture = light.texture === undefined ? undefined : textures[light.texture];
      if (!picture) return base;
      return { ...base, texture: light.texture!, table: domeTable(picture, base.radiance) };
    }
    case "distant": {
      const half = Math.max((light.angleDeg / 2) * RAD, LEAST_HALF_ANGLE);
      const versine = 2 * Math.sin(half / 2) ** 2;
      const size = 2 * Math.PI * versine;
      // Divided by the projected solid angle: then the intensity is the irradiance (so it is for an angle of zero).
      const projected = Math.PI * Math.sin(half) ** 2;
      const radiance = light.angleDeg > 0 ? divided(projected) : scale(base.radiance, 1 / projected);
      return { ...base, kind: LIGHT_DISTANT, radiance, w: scale(unitVector(z), -1), size, radius: versine };
    }
    case "disk":
    case "rect": {
      const disk = light.kind === "disk";
      const u = scale(x, disk ? light.radius : light.width / 2);
      const v = scale(y, disk ? light.radius : light.height / 2);
      const normal = cross(u, v);
      const area = length(normal) * (disk ? Math.PI : 4);
      if (!(area > 0)) return undefined;
      const w = scale(unitVector(normal), dot(normal, z) > 0 ? -1 : 1);
      return {
        ...base,
        kind: disk ? LIGHT_DISK : LIGHT_RECT,
        radiance: divided(area),
        u,
        v,
        w,
        size: area,
        ...cone(light),
      };
    }
    case "sphere": {
      const radius = light.radius * Math.cbrt(Math.abs(dot(cross(x, y), z)));
      if (!(radius > 0)) return undefined;
      const size = 4 * Math.PI * radius * radius;
      return { ...base, kind: LIGHT_SPHERE, radiance: divided(size), size, radius };
    }
    case "cylinder": {
      // Along its own X axis.
      const w = unitVector(x);
      const v = unitVector(cross(w, y));
      const radius = light.radius * Math.sqrt(length(y) * length(z));
      const halfLength = (light.length / 2) * length(x);
      const size = 4 * Math.PI * radius * halfLength;
      if (!(size > 0)) return undefined;
      const u = cross(v, w);
      return { ...base, kind: LIGHT_CYLINDER, radiance: divided(size), u, v, w, size, radius, halfLength };
    }
  }
}

/** Mean of what the light can send to the targets, with a floor so that none is forgotten. */
function weightOf(light: Prepared, targets: readonly Vec3[]): number {
  const strength = (light.radiance[0] + light.radiance[1] + light.radiance[2]) / 3;
  if (light.kind === LIGHT_DOME) return light.table ? light.table.mean * Math.PI : 0;
  if (light.kind === LIGHT_DISTANT) return strength * light.size;
  const sum = targets.reduce((total, target) => {
    const away = sub(target, light.centre);
    const squared = Math.max(dot(away, away), light.size / 16);
    if (light.kind === LIGHT_SPHERE || light.kind === LIGHT_CYLINDER) return total + light.size / 4 / squared;
    const facing = dot(away, light.w) / Math.sqrt(squared);
    const angle = Math.acos(Math.min(1, Math.max(-1, facing)));
    return total + (Math.max(facing * coneFactor(light, angle), 0.02) * light.size) / squared;
  }, 0);
  return (strength * sum) / Math.max(1, targets.length);
}

function coneFactor({ coneStart, coneEnd }: Prepared, angle: number): number {
  if (angle >= coneEnd) return 0;
  if (angle <= coneStart) return 1;
  const x = (angle - coneStart) / (coneEnd - coneStart);
  return 1 - x * x * (3 - 2 * x);
}

function cumulated(weights: readonly number[]): Float32Array {
  const total = weights.reduce((a, b) => a + b, 0);
  const out = new Float32Array(weights.length);
  let sum = 0;
  weights.forEach((weight, i) => {
    sum += weight;
    out[i] = i === weights.length - 1 ? 1 : sum / total;
  });
  return out;
}

function boxesOf(lights: readonly Prepared[]): Float32Array {
  const out = new Float32Array(lights.length * 6);
  lights.forEach((light, i) => {
    for (let a = 0; a < 3; a++) {
      let half = light.radius;
      if (light.kind === LIGHT_DISK) half = Math.hypot(light.u[a]!, light.v[a]!);
      if (light.kind === LIGHT_RECT) half = Math.abs(light.u[a]!) + Math.abs(light.v[a]!);
      if (light.kind === LIGHT_CYLINDER) half += Math.abs(light.w[a]!) * light.halfLength;
      const slack = 1e-6 * (Math.abs(light.centre[a]!) + half);
      out[i * 6 + a] = light.centre[a]! - half - slack;
      out[i * 6 + 3 + a] = light.centre[a]! + half + slack;
    }
  });
  return out;
}

function writeLight(view: DataView, light: Prepared, chance: number, arena: Arena): void {
  const float = (offset: number, value: number) => view.setFloat32(offset, value, true);
  const vector = (offset: number, value: Vec3) => {
    value.forEach((v, i) => {
      float(offset + i * 4, v);
    });
  };
  view.setInt32(LIGHT_KIND, light.kind, true);
  vector(LIGHT_RADIANCE, light.radiance);
  vector(LIGHT_CENTRE, light.centre);
  vector(LIGHT_AXIS_U, light.u);
  vector(LIGHT_AXIS_V, light.v);
  vector(LIGHT_AXIS_W, light.w);
  const [uu, vv, uv] = [dot(light.u, light.u), dot(light.v, light.v), dot(light.u, light.v)];
  const k = 1 / (uu * vv - uv * uv);
  vector(LIGHT_DUAL_U, sub(scale(light.u, vv * k), scale(light.v, uv * k)));
  vector(LIGHT_DUAL_V, add(scale(light.v, uu * k), scale(light.u, -uv * k)));
  float(LIGHT_SIZE, light.size);
  float(LIGHT_RADIUS, light.radius);
  float(LIGHT_HALF_LENGTH, light.halfLength);
  float(LIGHT_CONE_START, light.coneStart);
  float(LIGHT_CONE_END, light.coneEnd);
  // Flat lights end at a right angle anyway.
  view.setInt32(LIGHT_SHAPED, light.coneStart < Math.PI / 2 || light.coneEnd < Math.PI / 2 ? 1 : 0, true);
  float(LIGHT_CHANCE, chance);
  view.setInt32(LIGHT_TEXTURE, light.table ? light.texture : -1, true);
  if (!light.table) return;
  view.setUint32(LIGHT_TABLE, arena.put(light.table.cumulated), true);
  view.setInt32(LIGHT_TABLE_WIDTH, light.table.width, true);
  view.setInt32(LIGHT_TABLE_HEIGHT, light.table.height, true);
}

function row(m: Mat4, i: number): Vec3 {
  return [m[i * 4]!, m[i * 4 + 1]!, m[i * 4 + 2]!];
}
