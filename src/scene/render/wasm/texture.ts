// Texture inputs of materials: bilinear lookups in 8-bit RGBA pictures.
import {
  INPUT_BIAS,
  INPUT_BYTES,
  INPUT_CHANNEL,
  INPUT_OPACITY,
  INPUT_SCALE,
  INPUT_TEXTURE,
  INSTANCE_MATERIAL,
  INSTANCE_UVS,
  MATERIAL_BYTES,
  MATERIAL_INPUTS,
  MATERIAL_OPACITY,
  PACKET_UV_BYTES,
  TEXTURE_BYTES,
  TEXTURE_HEIGHT,
  TEXTURE_PIXELS,
  TEXTURE_SRGB,
  TEXTURE_WIDTH,
  TEXTURE_WRAP,
} from "../layout";
import { materials, srgbTable, textures } from "./scene";

/** Last looked-up texel, linear. */
export let texR: f32 = 0;
export let texG: f32 = 0;
export let texB: f32 = 0;
export let texA: f32 = 0;

/** Texture coordinates of the last `loadUv`; origin at the bottom left of the picture. */
export let uvS: f32 = 0;
export let uvT: f32 = 0;

const WRAP_CLAMP = 1;
const WRAP_MIRROR = 2;
const WRAP_BLACK = 3;

export function materialOf(instance: usize): usize {
  return materials + <usize>load<u32>(instance, INSTANCE_MATERIAL) * MATERIAL_BYTES;
}

/** False when the mesh has no texture coordinates. */
export function loadUv(instance: usize, packet: i32, lane: i32, b1: f32, b2: f32): bool {
  const base: usize = load<u32>(instance, INSTANCE_UVS);
  if (base === 0) return false;
  const p = base + <usize>packet * PACKET_UV_BYTES + <usize>lane * 24;
  const b0: f32 = <f32>1 - b1 - b2;
  uvS = b0 * load<f32>(p) + b1 * load<f32>(p, 8) + b2 * load<f32>(p, 16);
  uvT = b0 * load<f32>(p, 4) + b1 * load<f32>(p, 12) + b2 * load<f32>(p, 20);
  return true;
}

export function hasInput(material: usize, input: usize): bool {
  return load<i32>(material + MATERIAL_INPUTS + input * INPUT_BYTES, INPUT_TEXTURE) >= 0;
}

/** Looks a three-channel input up at the current coordinates into texR, texG, texB: `value · scale + bias`. */
export function inputColor(material: usize, input: usize): void {
  const at = material + MATERIAL_INPUTS + input * INPUT_BYTES;
  lookUp(load<i32>(at, INPUT_TEXTURE), uvS, uvT);
  const scale = load<f32>(at, INPUT_SCALE);
  const bias = load<f32>(at, INPUT_BIAS);
  texR = texR * scale + bias;
  texG = texG * scale + bias;
  texB = texB * scale + bias;
}

/** One channel of an input at the current coordinates. */
export function inputValue(material: usize, input: usize): f32 {
  const at = material + MATERIAL_INPUTS + input * INPUT_BYTES;
  lookUp(load<i32>(at, INPUT_TEXTURE), uvS, uvT);
  const channel = load<i32>(at, INPUT_CHANNEL);
  const value = channel === 1 ? texG : channel === 2 ? texB : channel === 3 ? texA : texR;
  return value * load<f32>(at, INPUT_SCALE) + load<f32>(at, INPUT_BIAS);
}

export function opacityAt(instance: usize, packet: i32, lane: i32, b1: f32, b2: f32): f32 {
  const material = materialOf(instance);
  if (hasInput(material, INPUT_OPACITY) && loadUv(instance, packet, lane, b1, b2))
    return clamp01(inputValue(material, INPUT_OPACITY));
  return load<f32>(material, MATERIAL_OPACITY);
}

export function clamp01(x: f32): f32 {
  return x < 0 ? <f32>0 : x > 1 ? <f32>1 : x;
}

/** Bilinear, texel centres at half integers; s to the right, t upwards. */
export function lookUp(index: i32, s: f32, t: f32): void {
  const texture = textures + <usize>index * TEXTURE_BYTES;
  const width = load<i32>(texture, TEXTURE_WIDTH);
  const height = load<i32>(texture, TEXTURE_HEIGHT);
  const wrap = load<i32>(texture, TEXTURE_WRAP);
  const x: f32 = s * <f32>width - <f32>0.5;
  const y: f32 = (<f32>1 - t) * <f32>height - <f32>0.5;
  const x0 = Mathf.floor(x);
  const y0 = Mathf.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const ix = <i32>x0;
  const iy = <i32>y0;
  texR = 0;
  texG = 0;
  texB = 0;
  texA = 0;
  addTexel(texture, width, height, wrap, ix, iy, (1 - fx) * (1 - fy));
  addTexel(texture, width, height, wrap, ix + 1, iy, fx * (1 - fy));
  addTexel(texture, width, height, wrap, ix, iy + 1, (1 - fx) * fy);
  addTexel(texture, width, height, wrap, ix + 1, iy + 1, fx * fy);
}

function addTexel(texture: usize, width: i32, height: i32, wrap: i32, x: i32, y: i32, weight: f32): void {
  if (wrap === WRAP_BLACK && (x < 0 || y < 0 || x >= width || y >= height)) return;
  const column = wrapped(x, width, wrap);
  const row = wrapped(y, height, wrap);
  const p = <usize>load<u32>(texture, TEXTURE_PIXELS) + ((<usize>row * <usize>width + <usize>column) << 2);
  const r = load<u8>(p);
  const g = load<u8>(p, 1);
  const b = load<u8>(p, 2);
  if (load<i32>(texture, TEXTURE_SRGB) !== 0) {
    texR += weight * load<f32>(srgbTable + ((<usize>r) << 2));
    texG += weight * load<f32>(srgbTable + ((<usize>g) << 2));
    texB += weight * load<f32>(srgbTable + ((<usize>b) << 2));
  } else {
    const k = weight * <f32>(1.0 / 255.0);
    texR += k * <f32>r;
    texG += k * <f32>g;
    texB += k * <f32>b;
  }
  texA += weight * <f32>(1.0 / 255.0) * <f32>load<u8>(p, 3);
}

function wrapped(i: i32, n: i32, wrap: i32): i32 {
  if (wrap === WRAP_CLAMP || wrap === WRAP_BLACK) return i < 0 ? 0 : i >= n ? n - 1 : i;
  if (wrap === WRAP_MIRROR) {
    const turn = positiveModulo(i, 2 * n);
    return turn < n ? turn : 2 * n - 1 - turn;
  }
  return positiveModulo(i, n);
}

function positiveModulo(i: i32, n: i32): i32 {
  const r = i % n;
  return r < 0 ? r + n : r;
}
