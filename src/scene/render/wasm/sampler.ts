// Low-discrepancy numbers: the first four Sobol dimensions, Owen-scrambled by hashing and padded to any number of
// dimensions by shuffling the index per group of four (Burley 2020, "Practical Hash-based Owen Scrambling").
// A number depends on (seed, pixel, sample, group) alone, so tiles can be rendered in any order by anyone.
import { sobolTable } from "./scene";

export let r0: f32 = 0;
export let r1: f32 = 0;
export let r2: f32 = 0;
export let r3: f32 = 0;

let pixelSeed: u32 = 0;
let sampleIndex: u32 = 0;

export function startPixel(seed: u32, x: u32, y: u32): void {
  pixelSeed = mix(mix(mix(seed + 0x9e3779b9) ^ x) + (y ^ 0x85ebca6b));
}

export function startSample(index: u32): void {
  sampleIndex = reversed(index);
}

/** Sets r0 … r3 to the numbers of a group, each in [0, 1). */
export function draw(group: u32): void {
  const seed = mix(pixelSeed ^ (group * 0x9e3779b1 + 0x7f4a7c15));
  let index = reversed(scrambledBits(sampleIndex, seed));
  let bits = i32x4.splat(0);
  let at = sobolTable;
  while (index !== 0) {
    const skip = <usize>ctz(index);
    at += skip << 4;
    bits = v128.xor(bits, v128.load(at));
    at += 16;
    index = (index >>> <u32>skip) >>> 1;
  }
  // The table holds bit-reversed directions: scrambling works from the most significant bit down.
  const seeds = i32x4(mix(seed + 1), mix(seed + 2), mix(seed + 3), mix(seed + 4));
  bits = i32x4.add(bits, seeds);
  bits = v128.xor(bits, i32x4.mul(bits, i32x4.splat(0x6c50b47c)));
  bits = v128.xor(bits, i32x4.mul(bits, i32x4.splat(0xb82f1e52)));
  bits = v128.xor(bits, i32x4.mul(bits, i32x4.splat(0xc7afe638)));
  bits = v128.xor(bits, i32x4.mul(bits, i32x4.splat(0x8d22f6e6)));
  r0 = unit(i32x4.extract_lane(bits, 0));
  r1 = unit(i32x4.extract_lane(bits, 1));
  r2 = unit(i32x4.extract_lane(bits, 2));
  r3 = unit(i32x4.extract_lane(bits, 3));
}

/** Owen scrambling of a bit-reversed integer: Laine and Karras' hash with Burley's constants. */
function scrambledBits(x: u32, seed: u32): u32 {
  x += seed;
  x ^= x * 0x6c50b47c;
  x ^= x * 0xb82f1e52;
  x ^= x * 0xc7afe638;
  x ^= x * 0x8d22f6e6;
  return x;
}

function unit(bits: i32): f32 {
  return <f32>(reversed(<u32>bits) >>> 8) * <f32>5.9604645e-8;
}

function reversed(x: u32): u32 {
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}

/** A good integer mixer (Wellons' lowbias32). */
export function mix(x: u32): u32 {
  x ^= x >>> 16;
  x *= 0x7feb352d;
  x ^= x >>> 15;
  x *= 0x846ca68b;
  x ^= x >>> 16;
  return x;
}
