// Rays against the two-level tree: parts at the top, packets of four triangles below. Triangles are tested in the
// ray's own sheared space with edge functions that are exactly antisymmetric, so no ray slips through a shared edge
// (Woop, Benthin, Wald 2013, "Watertight Ray/Triangle Intersection").
import {
  ENTRY_BYTES,
  ENTRY_INSTANCE,
  ENTRY_ROOT,
  INSTANCE_NODES,
  INSTANCE_PACKETS,
  INSTANCE_SEE_THROUGH,
  INSTANCE_TO_MESH,
  PACKET_BYTES,
} from "../layout";
import { entries, entryCount, stack, topNodes, topRoot } from "./scene";
import { opacityAt } from "./texture";
import { NOTHING, nearOffset, nodeAt, STACK_ENTRY, visit } from "./tree";

/** The nearest hit of the last `closest`. Weights of corner 1 and 2; the triangle is `hitPacket` · 4 + lane. */
export let hitT: f32 = 0;
export let hitInstance: usize = 0;
export let hitPacket: i32 = -1;
export let hitLane: i32 = 0;
export let hitB1: f32 = 0;
export let hitB2: f32 = 0;

let traced: f64 = 0;

export function takeRayCount(): f64 {
  const n = traced;
  traced = 0;
  return n;
}

/** What a walk through a mesh is for; the types only select code at compile time. */
type Nearest = u8;
type Blocked = u16;
type Filtered = u32;

/** Light that is left after the see-through surfaces of the current `transmittance`. */
let passed: f32 = 1;

/** Finds the nearest triangle with 0 < t < limit. */
export function closest(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, limit: f32): bool {
  traced += 1;
  hitPacket = -1;
  hitT = limit;
  if (entryCount === 0) return false;
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
  let ref = topRoot;
  for (;;) {
    if (ref >= 0) {
      const next = visit(nodeAt(topNodes, ref), vox, voy, voz, vix, viy, viz, nx, ny, nz, hitT, top);
      top = <usize>(next >> 32);
      ref = <i32>next;
      if (ref !== NOTHING) continue;
    } else {
      const entry = entries + <usize>~ref * ENTRY_BYTES;
      walkInstance<Nearest>(
        load<u32>(entry, ENTRY_INSTANCE),
        load<i32>(entry, ENTRY_ROOT),
        ox,
        oy,
        oz,
        dx,
        dy,
        dz,
        top,
      );
    }
    do {
      if (top === base) return hitPacket >= 0;
      top -= STACK_ENTRY;
    } while (load<f32>(top + 4) >= hitT);
    ref = load<i32>(top);
  }
  // biome-ignore lint/correctness/noUnreachable: AssemblyScript wants a value at the end
  return false;
}

/** The share of light that passes along the segment 0 < t < limit: 0 behind anything opaque. */
export function transmittance(ox: f32, oy: f32, oz: f32, dx: f32, dy: f32, dz: f32, limit: f32): f32 {
  traced += 1;
  if (entryCount === 0) return 1;
  passed = 1;
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
  hitT = limit;
  const base = stack;
  let top = base;
  let ref = topRoot;
  for (;;) {
    if (ref >= 0) {
      const next = visit(nodeAt(topNodes, ref), vox, voy, voz, vix, viy, viz, nx, ny, nz, limit, top);
      top = <usize>(next >> 32);
      ref = <i32>next;
      if (ref !== NOTHING) continue;
    } else {
      const entry = entries + <usize>~ref * ENTRY_BYTES;
      const instance: usize = load<u32>(entry, ENTRY_INSTANCE);
      const root = load<i32>(entry, ENTRY_ROOT);
      if (load<i32>(instance, INSTANCE_SEE_THROUGH) !== 0) {
        walkInstance<Filtered>(instance, root, ox, oy, oz, dx, dy, dz, top);
        if (passed < <f32>0.001) return 0;
      } else if (walkInstance<Blocked>(instance, root, ox, oy, oz, dx, dy, dz, top)) return 0;
    }
    if (top === base) return passed;
    top -= STACK_ENTRY;
    ref = load<i32>(top);
  }
  // biome-ignore lint/correctness/noUnreachable: AssemblyScript wants a value at the end
  return 1;
}

/**
 * Walks one part with the ray in the mesh's space (its direction keeps its length there, so t stays the same).
 * Nearest: updates the hit record. Blocked: true at the first hit. Filtered: multiplies `passed` at every hit.
 */
function walkInstance<Purpose>(
  instance: usize,
  root: i32,
  wox: f32,
  woy: f32,
  woz: f32,
  wdx: f32,
  wdy: f32,
  wdz: f32,
  base: usize,
): bool {
  const m = instance + INSTANCE_TO_MESH;
  const m0 = load<f32>(m);
  const m1 = load<f32>(m, 4);
  const m2 = load<f32>(m, 8);
  const m3 = load<f32>(m, 12);
  const m4 = load<f32>(m, 16);
  const m5 = load<f32>(m, 20);
  const m6 = load<f32>(m, 24);
  const m7 = load<f32>(m, 28);
  const m8 = load<f32>(m, 32);
  const ox = wox * m0 + woy * m3 + woz * m6 + load<f32>(m, 36);
  const oy = wox * m1 + woy * m4 + woz * m7 + load<f32>(m, 40);
  const oz = wox * m2 + woy * m5 + woz * m8 + load<f32>(m, 44);
  const dx = wdx * m0 + wdy * m3 + wdz * m6;
  const dy = wdx * m1 + wdy * m4 + wdz * m7;
  const dz = wdx * m2 + wdy * m5 + wdz * m8;

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

  // The axis along which the ray runs most becomes z; packets store whole axes, so permuting costs an offset.
  const ax = Mathf.abs(dx);
  const ay = Mathf.abs(dy);
  const az = Mathf.abs(dz);
  let kx: usize = 0;
  let ky: usize = 16;
  let kz: usize = 32;
  let px = vox;
  let py = voy;
  let pz = voz;
  let main = dz;
  let slopeX = dx;
  let slopeY = dy;
  if (ax > ay && ax > az) {
    kx = 16;
    ky = 32;
    kz = 0;
    px = voy;
    py = voz;
    pz = vox;
    main = dx;
    slopeX = dy;
    slopeY = dz;
  } else if (ay > az) {
    kx = 32;
    ky = 0;
    kz = 16;
    px = voz;
    py = vox;
    pz = voy;
    main = dy;
    slopeX = dz;
    slopeY = dx;
  }
  const inverse: f32 = <f32>1 / main;
  const sx = f32x4.splat(slopeX * inverse);
  const sy = f32x4.splat(slopeY * inverse);
  const sz = f32x4.splat(inverse);
  const zero = f32x4.splat(0);

  const nodes: usize = load<u32>(instance, INSTANCE_NODES);
  const packets: usize = load<u32>(instance, INSTANCE_PACKETS);
  let ref = root;
  let top = base;
  for (;;) {
    if (ref >= 0) {
      const next = visit(nodeAt(nodes, ref), vox, voy, voz, vix, viy, viz, nx, ny, nz, hitT, top);
      top = <usize>(next >> 32);
      ref = <i32>next;
      if (ref !== NOTHING) continue;
    } else {
      const p = packets + <usize>~ref * PACKET_BYTES;
      const z0 = f32x4.sub(v128.load(p + kz), pz);
      const z1 = f32x4.sub(v128.load(p + kz, 48), pz);
      const z2 = f32x4.sub(v128.load(p + kz, 96), pz);
      const x0 = f32x4.sub(f32x4.sub(v128.load(p + kx), px), f32x4.mul(sx, z0));
      const x1 = f32x4.sub(f32x4.sub(v128.load(p + kx, 48), px), f32x4.mul(sx, z1));
      const x2 = f32x4.sub(f32x4.sub(v128.load(p + kx, 96), px), f32x4.mul(sx, z2));
      const y0 = f32x4.sub(f32x4.sub(v128.load(p + ky), py), f32x4.mul(sy, z0));
      const y1 = f32x4.sub(f32x4.sub(v128.load(p + ky, 48), py), f32x4.mul(sy, z1));
      const y2 = f32x4.sub(f32x4.sub(v128.load(p + ky, 96), py), f32x4.mul(sy, z2));
      const e0 = f32x4.sub(f32x4.mul(x2, y1), f32x4.mul(y2, x1));
      const e1 = f32x4.sub(f32x4.mul(x0, y2), f32x4.mul(y0, x2));
      const e2 = f32x4.sub(f32x4.mul(x1, y0), f32x4.mul(y1, x0));
      const positive = v128.and(v128.and(f32x4.ge(e0, zero), f32x4.ge(e1, zero)), f32x4.ge(e2, zero));
      const negative = v128.and(v128.and(f32x4.le(e0, zero), f32x4.le(e1, zero)), f32x4.le(e2, zero));
      const inside = v128.or(positive, negative);
      if (v128.any_true(inside)) {
        const sum = f32x4.add(f32x4.add(e0, e1), e2);
        const scaled = f32x4.mul(
          f32x4.add(f32x4.add(f32x4.mul(e0, z0), f32x4.mul(e1, z1)), f32x4.mul(e2, z2)),
          sz,
        );
        const t = f32x4.div(scaled, sum);
        let hits = i32x4.bitmask(
          v128.and(
            v128.and(inside, f32x4.ne(sum, zero)),
            v128.and(f32x4.gt(t, zero), f32x4.lt(t, f32x4.splat(hitT))),
          ),
        );
        if (hits !== 0) {
          if (sizeof<Purpose>() === sizeof<Blocked>()) return true;
          // Lanes are read back through memory, above everything on the stack.
          const lanes = top + 8 * STACK_ENTRY;
          v128.store(lanes, t);
          const share = f32x4.div(f32x4.splat(1), sum);
          v128.store(lanes, f32x4.mul(e1, share), 16);
          v128.store(lanes, f32x4.mul(e2, share), 32);
          do {
            const lane = ctz(hits);
            hits &= hits - 1;
            const at = lanes + ((<usize>lane) << 2);
            if (sizeof<Purpose>() === sizeof<Nearest>()) {
              if (load<f32>(at) < hitT) {
                hitT = load<f32>(at);
                hitInstance = instance;
                hitPacket = ~ref;
                hitLane = lane;
                hitB1 = load<f32>(at, 16);
                hitB2 = load<f32>(at, 32);
              }
            } else {
              passed *= <f32>1 - opacityAt(instance, ~ref, lane, load<f32>(at, 16), load<f32>(at, 32));
            }
          } while (hits !== 0);
        }
      }
    }
    do {
      if (top === base) return false;
      top -= STACK_ENTRY;
    } while (load<f32>(top + 4) >= hitT);
    ref = load<i32>(top);
  }
  // biome-ignore lint/correctness/noUnreachable: AssemblyScript wants a value at the end
  return false;
}
