// The tracer's entry points. One instance per worker, all on the same shared memory.
import {
  DENOISE_TILE,
  HEAD_ABORT,
  HEAD_ALBEDO,
  HEAD_BLUNT,
  HEAD_BOUNCES,
  HEAD_DEPTH,
  HEAD_HALF,
  HEAD_HEIGHT,
  HEAD_IDS,
  HEAD_NEXT_TILE,
  HEAD_NORMAL,
  HEAD_PHASE,
  HEAD_RGB,
  HEAD_SAMPLES,
  HEAD_SEED,
  HEAD_WIDTH,
  TILE,
} from "../layout";
import { aim, bindLens, rayDX, rayDY, rayDZ, rayX, rayY, rayZ, start, windowX, windowY } from "./camera";
import { denoiseTile } from "./denoise";
import { bindCamera, foundDepth, foundId, identify } from "./identify";
import {
  firstB,
  firstG,
  firstHit,
  firstR,
  firstX,
  firstY,
  firstZ,
  lightB,
  lightG,
  lightR,
  trace,
} from "./path";
import { closest, hitInstance, hitLane, hitPacket, hitT, takeRayCount } from "./ray";
import { draw, startPixel, startSample } from "./sampler";
import { bindScene } from "./scene";

/** Does the next tile that nobody has taken; false when none is left or the frame was aborted. */
export function nextTile(head: usize, scratch: usize): bool {
  if (atomic.load<i32>(head, HEAD_ABORT) !== 0) return false;
  const cleaning = load<i32>(head, HEAD_PHASE) !== 0;
  const edge = cleaning ? DENOISE_TILE : TILE;
  const columns = (load<i32>(head, HEAD_WIDTH) + edge - 1) / edge;
  const rows = (load<i32>(head, HEAD_HEIGHT) + edge - 1) / edge;
  const tile = atomic.add<i32>(head, 1, HEAD_NEXT_TILE);
  if (tile >= columns * rows) return false;
  if (cleaning) denoiseTile(head, scratch, tile);
  else renderTile(head, scratch, tile);
  return true;
}

/** With `samples` 0 only ids and depth are written. */
function renderTile(head: usize, scratch: usize, tile: i32): void {
  const width = load<i32>(head, HEAD_WIDTH);
  const height = load<i32>(head, HEAD_HEIGHT);
  const columns = (width + TILE - 1) / TILE;
  bindScene(head, scratch);
  bindCamera(head);
  bindLens(head);
  const x0 = (tile % columns) * TILE;
  const y0 = (tile / columns) * TILE;
  const x1 = min(x0 + TILE, width);
  const y1 = min(y0 + TILE, height);
  const ids: usize = load<u32>(head, HEAD_IDS);
  const depths: usize = load<u32>(head, HEAD_DEPTH);
  const samples = load<i32>(head, HEAD_SAMPLES);
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const pixel = (<usize>(y * width + x)) << 2;
      identify(windowX(<f64>x + 0.5), windowY(<f64>y + 0.5), start);
      store<u32>(ids + pixel, foundId);
      store<f32>(depths + pixel, <f32>foundDepth);
      if (samples > 0) shade(head, x, y, width, samples);
    }
  }
}

function shade(head: usize, x: i32, y: i32, width: i32, samples: i32): void {
  const bounces = load<i32>(head, HEAD_BOUNCES);
  const blunt = load<f32>(head, HEAD_BLUNT);
  startPixel(load<u32>(head, HEAD_SEED), x, y);
  let r: f32 = 0;
  let g: f32 = 0;
  let b: f32 = 0;
  let albedoR: f32 = 0;
  let albedoG: f32 = 0;
  let albedoB: f32 = 0;
  let normalX: f32 = 0;
  let normalY: f32 = 0;
  let normalZ: f32 = 0;
  const pixel = <usize>(y * width + x) * 12;
  const half = samples >> 1;
  for (let s = 0; s < samples; s++) {
    if (s === half && half > 0) {
      const share = <f32>1 / <f32>half;
      storeThree(<usize>load<u32>(head, HEAD_HALF) + pixel, r * share, g * share, b * share);
    }
    startSample(s);
    draw(0);
    aim(x, y);
    trace(rayX, rayY, rayZ, rayDX, rayDY, rayDZ, bounces, blunt);
    const sum = lightR + lightG + lightB;
    // NaN and infinity fail this comparison and count as black.
    if (sum >= 0 && sum < <f32>1e30) {
      r += lightR;
      g += lightG;
      b += lightB;
    }
    if (firstHit) {
      albedoR += firstR;
      albedoG += firstG;
      albedoB += firstB;
      normalX += firstX;
      normalY += firstY;
      normalZ += firstZ;
    }
  }
  const share = <f32>1 / <f32>samples;
  storeThree(<usize>load<u32>(head, HEAD_RGB) + pixel, r * share, g * share, b * share);
  storeThree(<usize>load<u32>(head, HEAD_ALBEDO) + pixel, albedoR * share, albedoG * share, albedoB * share);
  storeThree(<usize>load<u32>(head, HEAD_NORMAL) + pixel, normalX * share, normalY * share, normalZ * share);
}

function storeThree(at: usize, x: f32, y: f32, z: f32): void {
  store<f32>(at, x);
  store<f32>(at, y, 4);
  store<f32>(at, z, 8);
}

/** Rays since the last call. */
export function rayCount(): f64 {
  return takeRayCount();
}

/**
 * Nearest hits of many rays (origin, direction, limit: 7 × f32 each), for tests and measurements. Writes t (or −1) and
 * the triangle's place in the tree, 8 bytes a ray; returns the number of hits.
 */
export function castRays(head: usize, scratch: usize, rays: usize, count: i32, out: usize): i32 {
  bindScene(head, scratch);
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const p = rays + <usize>i * 28;
    const found = closest(
      load<f32>(p),
      load<f32>(p, 4),
      load<f32>(p, 8),
      load<f32>(p, 12),
      load<f32>(p, 16),
      load<f32>(p, 20),
      load<f32>(p, 24),
    );
    const o = out + <usize>i * 8;
    store<f32>(o, found ? hitT : <f32>-1);
    store<u32>(o, found ? <u32>(hitInstance + <usize>(hitPacket * 4 + hitLane)) : 0, 4);
    if (found) hits++;
  }
  return hits;
}
