// Procedural bumps: the gradient of value noise in world space, octave by octave (each half as large, half as strong).
import { MATERIAL_BUMP_FREQUENCY, MATERIAL_BUMP_OCTAVES, MATERIAL_BUMP_SEED } from "../layout";
import { mix } from "./sampler";
import { originX, originY, originZ } from "./scene";

/** Gradient of the noise in units of one cell of the first octave: about one in size. */
export let bumpX: f32 = 0;
export let bumpY: f32 = 0;
export let bumpZ: f32 = 0;

export function bumpGradient(material: usize, x: f32, y: f32, z: f32): void {
  bumpX = 0;
  bumpY = 0;
  bumpZ = 0;
  let frequency = <f64>load<f32>(material, MATERIAL_BUMP_FREQUENCY);
  const octaves = load<i32>(material, MATERIAL_BUMP_OCTAVES);
  let seed = load<u32>(material, MATERIAL_BUMP_SEED);
  // Absolute coordinates: the noise stays where it is when the tracer's origin moves.
  const ax = <f64>x + originX;
  const ay = <f64>y + originY;
  const az = <f64>z + originZ;
  for (let octave = 0; octave < octaves; octave++) {
    // Half the cell at half the height: the slopes of all octaves are alike.
    addGradient(ax * frequency, ay * frequency, az * frequency, seed);
    frequency *= 2;
    seed = mix(seed + 0x51ed270b);
  }
  const k = <f32>1 / Mathf.sqrt(<f32>max(octaves, 1));
  bumpX *= k;
  bumpY *= k;
  bumpZ *= k;
}

function addGradient(x: f64, y: f64, z: f64, seed: u32): void {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const z0 = Math.floor(z);
  const fx = <f32>(x - x0);
  const fy = <f32>(y - y0);
  const fz = <f32>(z - z0);
  const ix = <i32>x0;
  const iy = <i32>y0;
  const iz = <i32>z0;
  const a = corner(ix, iy, iz, seed);
  const b = corner(ix + 1, iy, iz, seed);
  const c = corner(ix, iy + 1, iz, seed);
  const d = corner(ix + 1, iy + 1, iz, seed);
  const e = corner(ix, iy, iz + 1, seed);
  const f = corner(ix + 1, iy, iz + 1, seed);
  const g = corner(ix, iy + 1, iz + 1, seed);
  const h = corner(ix + 1, iy + 1, iz + 1, seed);
  const u = blend(fx);
  const v = blend(fy);
  const w = blend(fz);
  bumpX += slopeOf(fx) * lerp(lerp(b - a, d - c, v), lerp(f - e, h - g, v), w);
  bumpY += slopeOf(fy) * lerp(lerp(c - a, d - b, u), lerp(g - e, h - f, u), w);
  bumpZ += slopeOf(fz) * lerp(lerp(e - a, f - b, u), lerp(g - c, h - d, u), v);
}

/** Value at a lattice corner, −1 … 1. */
function corner(x: i32, y: i32, z: i32, seed: u32): f32 {
  const h = mix(<u32>x * 0x8da6b343 + <u32>y * 0xd8163841 + <u32>z * 0xcb1ab31f + seed);
  return <f32>(<i32>h) * <f32>4.6566129e-10;
}

function blend(t: f32): f32 {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function slopeOf(t: f32): f32 {
  const s = t * (1 - t);
  return 30 * s * s;
}

function lerp(a: f32, b: f32, t: f32): f32 {
  return a + t * (b - a);
}
