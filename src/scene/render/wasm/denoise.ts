// Takes the noise out of a finished picture: non-local means over the colours, weighed by what the two halves of the
// samples say about the noise, and stopped by albedo and normals (after Rousselle, Manzi and Zwicker 2013, "Robust
// Denoising using Feature and Color Information"). Works on one tile at a time in the worker's scratch memory.
import {
  DENOISE_TILE,
  HEAD_ALBEDO,
  HEAD_CLEAN,
  HEAD_HALF,
  HEAD_HEIGHT,
  HEAD_NORMAL,
  HEAD_RGB,
  HEAD_SAMPLES,
  HEAD_WIDTH,
  STACK_BYTES,
} from "../layout";

/** Pixels are compared with others up to this far away, by the 3 × 3 around each. */
const REACH = 5;
const HALO = REACH + 1;
/** Rows and columns of the planes: the tile and what it is compared with, columns rounded up to whole vectors. */
const ROWS = DENOISE_TILE + 2 * HALO;
const STRIDE = DENOISE_TILE + 2 * HALO + 4;
const PLANE: usize = ROWS * STRIDE * 4;
/** Distances: the tile and one pixel around. */
const DISTANCE_STRIDE = DENOISE_TILE + 8;
/** Differences below this share of a pixel's brightness count as none. */
const INDISTINCT: f32 = 0.003;
const ALBEDO_SPREAD: f32 = 0.25;
/** Tolerance of normals: a floor, and what the guides' own noise adds at one sample. */
const NORMAL_SPREAD: f32 = 0.045;
const NORMAL_NOISE: f32 = 0.27;
/** Colours are compared and averaged divided by the albedo, so that half-covered pixels find their like. */
const LEAST_ALBEDO: f32 = 0.01;
/** Feature value of pixels outside the picture: unlike everything. */
const OUTSIDE: f32 = 1e9;

// Planes in scratch memory: colour, its variance, albedo and normal (scaled by their tolerances), 3 channels each.
let colour: usize = 0;
let variance: usize = 0;
let albedo: usize = 0;
let normal: usize = 0;
let distances: usize = 0;
let sums: usize = 0;

export function denoiseTile(head: usize, scratch: usize, tile: i32): void {
  const width = load<i32>(head, HEAD_WIDTH);
  const columns = (width + DENOISE_TILE - 1) / DENOISE_TILE;
  const x0 = (tile % columns) * DENOISE_TILE;
  const y0 = (tile / columns) * DENOISE_TILE;
  colour = scratch + STACK_BYTES;
  variance = colour + 3 * PLANE;
  albedo = variance + 3 * PLANE;
  normal = albedo + 3 * PLANE;
  distances = normal + 3 * PLANE;
  sums = distances + (DENOISE_TILE + 2) * DISTANCE_STRIDE * 4;
  readTile(head, x0, y0);
  memory.fill(sums, 0, 4 * DENOISE_TILE * DENOISE_TILE * 4);
  for (let dy = -REACH; dy <= REACH; dy++)
    for (let dx = -REACH; dx <= REACH; dx++) {
      const shift: isize = (dy * STRIDE + dx) * 4;
      measure(shift);
      collect(shift);
    }
  writeTile(head, x0, y0);
}

/** Copies the tile and its surroundings into planes. */
function readTile(head: usize, x0: i32, y0: i32): void {
  const width = load<i32>(head, HEAD_WIDTH);
  const height = load<i32>(head, HEAD_HEIGHT);
  const rgb: usize = load<u32>(head, HEAD_RGB);
  const half: usize = load<u32>(head, HEAD_HALF);
  const albedos: usize = load<u32>(head, HEAD_ALBEDO);
  const normals: usize = load<u32>(head, HEAD_NORMAL);
  const samples = load<i32>(head, HEAD_SAMPLES);
  const first = samples >> 1;
  // Variance of the mean from the distance of the first half's mean: exact for uneven halves as well.
  const share: f32 = <f32>first / <f32>(samples - first) / 9;
  const perNormal: f32 =
    <f32>1 / Mathf.sqrt(NORMAL_SPREAD * NORMAL_SPREAD + (NORMAL_NOISE * NORMAL_NOISE) / <f32>samples);
  for (let row = 0; row < ROWS; row++) {
    const y = y0 + row - HALO;
    const cy = min(max(y, 0), height - 1);
    for (let column = 0; column < STRIDE; column++) {
      const x = x0 + column - HALO;
      const cx = min(max(x, 0), width - 1);
      const outside = x !== cx || y !== cy;
      const to = (<usize>(row * STRIDE + column)) << 2;
      const from = <usize>(cy * width + cx) * 12;
      for (let c: usize = 0; c < 3; c++) {
        const at = to + c * PLANE;
        const own = load<f32>(albedos + from + (c << 2));
        const bare: f32 = <f32>1 / (own + LEAST_ALBEDO);
        const value = load<f32>(rgb + from + (c << 2)) * bare;
        store<f32>(colour + at, value);
        let sum: f32 = 0;
        for (let ny = cy - 1; ny <= cy + 1; ny++)
          for (let nx = cx - 1; nx <= cx + 1; nx++) {
            const near =
              <usize>(min(max(ny, 0), height - 1) * width + min(max(nx, 0), width - 1)) * 12 + (c << 2);
            const off = load<f32>(rgb + near) - load<f32>(half + near);
            sum += off * off;
          }
        const floor = INDISTINCT * value;
        store<f32>(variance + at, sum * share * bare * bare + floor * floor + <f32>1e-20);
        store<f32>(albedo + at, outside ? OUTSIDE : own * (<f32>1 / ALBEDO_SPREAD));
        store<f32>(normal + at, outside ? OUTSIDE : load<f32>(normals + from + (c << 2)) * perNormal);
      }
    }
  }
}

/** How unlike pixels are to those at a shift, beyond what noise explains: tile plus one pixel around. */
function measure(shift: isize): void {
  const third = f32x4.splat(<f32>1 / 27);
  for (let row = 0; row < DENOISE_TILE + 2; row++) {
    const start = (<usize>((row + HALO - 1) * STRIDE + HALO - 1)) << 2;
    const to = distances + ((<usize>(row * DISTANCE_STRIDE)) << 2);
    for (let column: usize = 0; column < (<usize>(DENOISE_TILE + 4)) << 2; column += 16) {
      let sum = f32x4.splat(0);
      for (let c: usize = 0; c < 3; c++) {
        const at = colour + c * PLANE + start + column;
        const noise = variance + c * PLANE + start + column;
        const own = v128.load(noise);
        const other = v128.load(noise + shift);
        const off = f32x4.sub(v128.load(at), v128.load(at + shift));
        const excess = f32x4.sub(f32x4.mul(off, off), f32x4.add(own, f32x4.min(own, other)));
        sum = f32x4.add(sum, f32x4.div(excess, f32x4.add(own, other)));
      }
      v128.store(to + column, f32x4.mul(sum, third));
    }
  }
}

/** Adds the pixels at a shift with their weights. */
function collect(shift: isize): void {
  const zero = f32x4.splat(0);
  const plane: usize = DENOISE_TILE * DENOISE_TILE * 4;
  for (let row = 0; row < DENOISE_TILE; row++) {
    const start = (<usize>((row + HALO) * STRIDE + HALO)) << 2;
    const above = distances + ((<usize>(row * DISTANCE_STRIDE)) << 2);
    const to = sums + ((<usize>(row * DENOISE_TILE)) << 2);
    for (let column: usize = 0; column < (<usize>DENOISE_TILE) << 2; column += 16) {
      const d0 = above + column;
      const d1 = d0 + (DISTANCE_STRIDE << 2);
      const d2 = d1 + (DISTANCE_STRIDE << 2);
      let unlike = f32x4.add(f32x4.add(v128.load(d0), v128.load(d0, 4)), v128.load(d0, 8));
      unlike = f32x4.add(unlike, f32x4.add(f32x4.add(v128.load(d1), v128.load(d1, 4)), v128.load(d1, 8)));
      unlike = f32x4.add(unlike, f32x4.add(f32x4.add(v128.load(d2), v128.load(d2, 4)), v128.load(d2, 8)));
      unlike = f32x4.max(unlike, featureDistance(albedo + start + column, shift));
      unlike = f32x4.max(unlike, featureDistance(normal + start + column, shift));
      // e^−d as (1 − d / 8)^8: zero where nothing is left of it.
      let weight = f32x4.max(
        zero,
        f32x4.sub(f32x4.splat(1), f32x4.mul(f32x4.max(unlike, zero), f32x4.splat(0.125))),
      );
      weight = f32x4.mul(weight, weight);
      weight = f32x4.mul(weight, weight);
      weight = f32x4.mul(weight, weight);
      if (!v128.any_true(f32x4.gt(weight, zero))) continue;
      const at = colour + start + column + shift;
      for (let c: usize = 0; c < 3; c++) {
        const sum = to + column + c * plane;
        v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(weight, v128.load(at + c * PLANE))));
      }
      const total = to + column + 3 * plane;
      v128.store(total, f32x4.add(v128.load(total), weight));
    }
  }
}

function featureDistance(at: usize, shift: isize): v128 {
  const a = f32x4.sub(v128.load(at), v128.load(at + shift));
  const b = f32x4.sub(v128.load(at + PLANE), v128.load(at + PLANE + shift));
  const c = f32x4.sub(v128.load(at + 2 * PLANE), v128.load(at + 2 * PLANE + shift));
  return f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.mul(c, c));
}

function writeTile(head: usize, x0: i32, y0: i32): void {
  const width = load<i32>(head, HEAD_WIDTH);
  const height = load<i32>(head, HEAD_HEIGHT);
  const clean: usize = load<u32>(head, HEAD_CLEAN);
  const albedos: usize = load<u32>(head, HEAD_ALBEDO);
  const plane: usize = DENOISE_TILE * DENOISE_TILE * 4;
  for (let y = y0; y < min(y0 + DENOISE_TILE, height); y++)
    for (let x = x0; x < min(x0 + DENOISE_TILE, width); x++) {
      const from = sums + ((<usize>((y - y0) * DENOISE_TILE + x - x0)) << 2);
      const to = <usize>(y * width + x) * 12;
      // A pixel is like itself: the total is at least one.
      const share = <f32>1 / load<f32>(from + 3 * plane);
      for (let c: usize = 0; c < 3; c++) {
        const back = load<f32>(albedos + to + (c << 2)) + LEAST_ALBEDO;
        store<f32>(clean + to + (c << 2), load<f32>(from + c * plane) * share * back);
      }
    }
}
