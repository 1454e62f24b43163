// The id pass: which part lies at a pixel's centre, exactly. Boxes are tested in single precision with slack, triangles
// in double precision in camera space. The rule: triangles are closed sets, the nearest wins, and surfaces closer than
// `tie` are one surface, of which the part with the highest index shows (what is listed later lies on top).
import {
  ENTRY_BYTES,
  ENTRY_INSTANCE,
  ENTRY_ROOT,
  HEAD_FOCAL,
  HEAD_FORWARD,
  HEAD_PERSPECTIVE,
  HEAD_POSITION,
  HEAD_RIGHT,
  HEAD_TIE,
  HEAD_UP,
  INSTANCE_EXACT,
  INSTANCE_ID,
  INSTANCE_NODES,
  INSTANCE_PACKETS,
  INSTANCE_REACH,
  INSTANCE_TO_MESH,
  NODE_REFS,
  PACKET_BYTES,
} from "../layout";
import { entries, entryCount, originX, originY, originZ, stack, topNodes, topRoot } from "./scene";
import { nodeAt } from "./tree";

/** Result: part index + 1 (0: nothing) and distance along the view axis. */
export let foundId: u32 = 0;
export let foundDepth: f64 = 0;

// Camera.
let perspective: bool = false;
let cx: f64 = 0;
let cy: f64 = 0;
let cz: f64 = 0;
let rx: f64 = 0;
let ry: f64 = 0;
let rz: f64 = 0;
let ux: f64 = 0;
let uy: f64 = 0;
let uz: f64 = 0;
let fx: f64 = 0;
let fy: f64 = 0;
let fz: f64 = 0;
let tie: f64 = 0;
let focal: f64 = 1;
// The pixel's centre: on the window, or its slope.
let pixelX: f64 = 0;
let pixelY: f64 = 0;

export function bindCamera(head: usize): void {
  perspective = load<i32>(head, HEAD_PERSPECTIVE) !== 0;
  cx = load<f64>(head, HEAD_POSITION);
  cy = load<f64>(head, HEAD_POSITION + 8);
  cz = load<f64>(head, HEAD_POSITION + 16);
  rx = load<f64>(head, HEAD_RIGHT);
  ry = load<f64>(head, HEAD_RIGHT + 8);
  rz = load<f64>(head, HEAD_RIGHT + 16);
  ux = load<f64>(head, HEAD_UP);
  uy = load<f64>(head, HEAD_UP + 8);
  uz = load<f64>(head, HEAD_UP + 16);
  fx = load<f64>(head, HEAD_FORWARD);
  fy = load<f64>(head, HEAD_FORWARD + 8);
  fz = load<f64>(head, HEAD_FORWARD + 16);
  tie = load<f64>(head, HEAD_TIE);
  focal = load<f64>(head, HEAD_FOCAL);
}

/** Looks through the window point (x, y); `start` is a distance before which there is nothing. */
export function identify(x: f64, y: f64, start: f64): void {
  foundId = 0;
  foundDepth = Infinity;
  if (entryCount === 0) return;
  let dx = fx;
  let dy = fy;
  let dz = fz;
  let ox = cx - originX;
  let oy = cy - originY;
  let oz = cz - originZ;
  if (perspective) {
    pixelX = x / focal;
    pixelY = y / focal;
    dx += pixelX * rx + pixelY * ux;
    dy += pixelX * ry + pixelY * uy;
    dz += pixelX * rz + pixelY * uz;
  } else {
    pixelX = x;
    pixelY = y;
    ox += x * rx + y * ux;
    oy += x * ry + y * uy;
    oz += x * rz + y * uz;
  }
  // One unit of t is one unit of depth in both projections.
  ox += start * dx;
  oy += start * dy;
  oz += start * dz;
  const base = stack;
  let top = base;
  store<i32>(top, topRoot);
  top += 4;
  const reach = Math.abs(ox) + Math.abs(oy) + Math.abs(oz) + start;
  do {
    top -= 4;
    const ref = load<i32>(top);
    if (ref >= 0) top = push(nodeAt(topNodes, ref), ox, oy, oz, dx, dy, dz, <f32>(reach * 1e-6), start, top);
    else walk(entries + <usize>~ref * ENTRY_BYTES, ox, oy, oz, dx, dy, dz, start, top);
  } while (top !== base);
  if (foundId === 0) foundDepth = 0;
}

/** Pushes all children that the ray may enter before the depth found so far; order does not matter. */
function push(
  node: usize,
  ox: f64,
  oy: f64,
  oz: f64,
  dx: f64,
  dy: f64,
  dz: f64,
  slack: f32,
  start: f64,
  top: usize,
): usize {
  const wide = f32x4.splat(slack);
  let enter = f32x4.splat(0);
  const most = foundDepth - start;
  let leave = f32x4.splat(<f32>(most + Math.abs(most) * 1e-5 + tie * 2) + slack);
  const ix: f32 = <f32>1 / <f32>dx;
  const iy: f32 = <f32>1 / <f32>dy;
  const iz: f32 = <f32>1 / <f32>dz;
  let o = f32x4.splat(<f32>ox);
  let low = f32x4.sub(f32x4.sub(v128.load(node), wide), o);
  let high = f32x4.sub(f32x4.add(v128.load(node, 16), wide), o);
  let k = f32x4.splat(ix);
  enter = f32x4.pmax(enter, f32x4.mul(ix < 0 ? high : low, k));
  leave = f32x4.pmin(leave, f32x4.mul(ix < 0 ? low : high, k));
  o = f32x4.splat(<f32>oy);
  low = f32x4.sub(f32x4.sub(v128.load(node, 32), wide), o);
  high = f32x4.sub(f32x4.add(v128.load(node, 48), wide), o);
  k = f32x4.splat(iy);
  enter = f32x4.pmax(enter, f32x4.mul(iy < 0 ? high : low, k));
  leave = f32x4.pmin(leave, f32x4.mul(iy < 0 ? low : high, k));
  o = f32x4.splat(<f32>oz);
  low = f32x4.sub(f32x4.sub(v128.load(node, 64), wide), o);
  high = f32x4.sub(f32x4.add(v128.load(node, 80), wide), o);
  k = f32x4.splat(iz);
  enter = f32x4.pmax(enter, f32x4.mul(iz < 0 ? high : low, k));
  leave = f32x4.pmin(leave, f32x4.mul(iz < 0 ? low : high, k));
  leave = f32x4.add(f32x4.mul(leave, f32x4.splat(<f32>1.00001)), wide);
  let hits = i32x4.bitmask(f32x4.le(enter, leave));
  while (hits !== 0) {
    const lane = <usize>ctz(hits);
    hits &= hits - 1;
    store<i32>(top, load<i32>(node + (lane << 2), NODE_REFS));
    top += 4;
  }
  return top;
}

function walk(
  entry: usize,
  wox: f64,
  woy: f64,
  woz: f64,
  wdx: f64,
  wdy: f64,
  wdz: f64,
  start: f64,
  base: usize,
): void {
  const instance: usize = load<u32>(entry, ENTRY_INSTANCE);
  const m = instance + INSTANCE_TO_MESH;
  const m0 = <f64>load<f32>(m);
  const m1 = <f64>load<f32>(m, 4);
  const m2 = <f64>load<f32>(m, 8);
  const m3 = <f64>load<f32>(m, 12);
  const m4 = <f64>load<f32>(m, 16);
  const m5 = <f64>load<f32>(m, 20);
  const m6 = <f64>load<f32>(m, 24);
  const m7 = <f64>load<f32>(m, 28);
  const m8 = <f64>load<f32>(m, 32);
  const m9 = <f64>load<f32>(m, 36);
  const m10 = <f64>load<f32>(m, 40);
  const m11 = <f64>load<f32>(m, 44);
  const ox = wox * m0 + woy * m3 + woz * m6 + m9;
  const oy = wox * m1 + woy * m4 + woz * m7 + m10;
  const oz = wox * m2 + woy * m5 + woz * m8 + m11;
  const dx = wdx * m0 + wdy * m3 + wdz * m6;
  const dy = wdx * m1 + wdy * m4 + wdz * m7;
  const dz = wdx * m2 + wdy * m5 + wdz * m8;
  // Rounding of the placement in single precision moves the ray by a few millionths of the numbers involved.
  const size =
    Math.abs(wox * m0) +
    Math.abs(wox * m1) +
    Math.abs(wox * m2) +
    Math.abs(woy * m3) +
    Math.abs(woy * m4) +
    Math.abs(woy * m5) +
    Math.abs(woz * m6) +
    Math.abs(woz * m7) +
    Math.abs(woz * m8) +
    Math.abs(m9) +
    Math.abs(m10) +
    Math.abs(m11);
  const slack = <f32>(1e-6 * (size + <f64>load<f32>(instance, INSTANCE_REACH)));
  const nodes: usize = load<u32>(instance, INSTANCE_NODES);
  const packets: usize = load<u32>(instance, INSTANCE_PACKETS);
  let top = base;
  store<i32>(top, load<i32>(entry, ENTRY_ROOT));
  top += 4;
  do {
    top -= 4;
    const ref = load<i32>(top);
    if (ref >= 0) top = push(nodeAt(nodes, ref), ox, oy, oz, dx, dy, dz, slack, start, top);
    else testPacket(instance, packets + <usize>~ref * PACKET_BYTES);
  } while (top !== base);
}

function testPacket(instance: usize, packet: usize): void {
  for (let lane: usize = 0; lane < 16; lane += 4) {
    const p = packet + lane;
    toCamera(instance, load<f32>(p), load<f32>(p, 16), load<f32>(p, 32));
    const x0 = pointX;
    const y0 = pointY;
    const z0 = pointZ;
    toCamera(instance, load<f32>(p, 48), load<f32>(p, 64), load<f32>(p, 80));
    const x1 = pointX;
    const y1 = pointY;
    const z1 = pointZ;
    toCamera(instance, load<f32>(p, 96), load<f32>(p, 112), load<f32>(p, 128));
    const e0 = pointX * y1 - pointY * x1;
    const e1 = x0 * pointY - y0 * pointX;
    const e2 = x1 * y0 - y1 * x0;
    if ((e0 < 0 || e1 < 0 || e2 < 0) && (e0 > 0 || e1 > 0 || e2 > 0)) continue;
    const sum = e0 + e1 + e2;
    if (sum === 0) continue;
    const depth = (e0 * z0 + e1 * z1 + e2 * pointZ) / sum;
    if (!(depth > 0) || depth > foundDepth + tie) continue;
    const id = load<u32>(instance, INSTANCE_ID);
    if (depth < foundDepth - tie) {
      foundDepth = depth;
      foundId = id;
    } else {
      if (id > foundId) foundId = id;
      if (depth < foundDepth) foundDepth = depth;
    }
  }
}

let pointX: f64 = 0;
let pointY: f64 = 0;
let pointZ: f64 = 0;

/** A corner relative to the pixel's centre line: right, up, depth. */
function toCamera(instance: usize, lx: f32, ly: f32, lz: f32): void {
  const m = instance + INSTANCE_EXACT;
  const x = <f64>lx;
  const y = <f64>ly;
  const z = <f64>lz;
  const wx = x * load<f64>(m) + y * load<f64>(m, 24) + z * load<f64>(m, 48) + load<f64>(m, 72) - cx;
  const wy = x * load<f64>(m, 8) + y * load<f64>(m, 32) + z * load<f64>(m, 56) + load<f64>(m, 80) - cy;
  const wz = x * load<f64>(m, 16) + y * load<f64>(m, 40) + z * load<f64>(m, 64) + load<f64>(m, 88) - cz;
  pointX = wx * rx + wy * ry + wz * rz;
  pointY = wx * ux + wy * uy + wz * uz;
  pointZ = wx * fx + wy * fy + wz * fz;
  if (perspective) {
    pointX -= pixelX * pointZ;
    pointY -= pixelY * pointZ;
  } else {
    pointX -= pixelX;
    pointY -= pixelY;
  }
}
