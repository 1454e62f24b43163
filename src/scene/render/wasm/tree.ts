// One step down a four-wide tree: which of a node's children a ray enters, and when.
import { NODE_BYTES, NODE_REFS } from "../layout";

/** Widens the far bound so that rounding never loses a box (Ize 2013, "Robust BVH Ray Traversal"). */
export const FAR_SLACK: f32 = 1.0000005;

/** Bytes of a stack entry: reference and entry distance. */
export const STACK_ENTRY: usize = 8;

/** Stands for "no child" in what `visit` returns. */
export const NOTHING: i32 = i32.MIN_VALUE;

/**
 * Visits a node: returns the nearest child that the ray enters before `limit` (or NOTHING) in the low half, and in the
 * high half the new top of the stack, on which the other children lie, nearest on top. A direction of zero gives an
 * infinite reciprocal; NaN from 0·∞ drops out in pmax/pmin, which then keep the box.
 */
export function visit(
  node: usize,
  ox: v128,
  oy: v128,
  oz: v128,
  ix: v128,
  iy: v128,
  iz: v128,
  nearX: usize,
  nearY: usize,
  nearZ: usize,
  limit: f32,
  top: usize,
): u64 {
  let enter = f32x4.splat(0);
  let leave = f32x4.splat(limit);
  enter = f32x4.pmax(enter, f32x4.mul(f32x4.sub(v128.load(node + nearX), ox), ix));
  leave = f32x4.pmin(leave, f32x4.mul(f32x4.sub(v128.load(node + (16 - nearX)), ox), ix));
  enter = f32x4.pmax(enter, f32x4.mul(f32x4.sub(v128.load(node + nearY, 32), oy), iy));
  leave = f32x4.pmin(leave, f32x4.mul(f32x4.sub(v128.load(node + (16 - nearY), 32), oy), iy));
  enter = f32x4.pmax(enter, f32x4.mul(f32x4.sub(v128.load(node + nearZ, 64), oz), iz));
  leave = f32x4.pmin(leave, f32x4.mul(f32x4.sub(v128.load(node + (16 - nearZ), 64), oz), iz));
  let hits = i32x4.bitmask(f32x4.le(enter, f32x4.mul(leave, f32x4.splat(FAR_SLACK))));
  if (hits === 0) return pair(top, NOTHING);
  const first = (<usize>ctz(hits)) << 2;
  let nearest = load<i32>(node + first, NODE_REFS);
  hits &= hits - 1;
  if (hits === 0) return pair(top, nearest);
  // The four entry distances go to memory above the stack, where they can be read by index.
  const distances = top + 4 * STACK_ENTRY;
  v128.store(distances, enter);
  let least = load<f32>(distances + first);
  const bottom = top;
  do {
    const lane = (<usize>ctz(hits)) << 2;
    hits &= hits - 1;
    let distance = load<f32>(distances + lane);
    let ref = load<i32>(node + lane, NODE_REFS);
    if (distance < least) {
      const held = nearest;
      nearest = ref;
      ref = held;
      const far = least;
      least = distance;
      distance = far;
    }
    let at = top;
    while (at > bottom && load<f32>(at - 4) < distance) {
      store<u64>(at, load<u64>(at - STACK_ENTRY));
      at -= STACK_ENTRY;
    }
    store<i32>(at, ref);
    store<f32>(at + 4, distance);
    top += STACK_ENTRY;
  } while (hits !== 0);
  return pair(top, nearest);
}

function pair(top: usize, ref: i32): u64 {
  return ((<u64>top) << 32) | <u64>(<u32>ref);
}

export function nodeAt(nodes: usize, ref: i32): usize {
  return nodes + <usize>ref * NODE_BYTES;
}

/** Offset of the bound that a ray with this reciprocal meets first: 0 lower, 16 upper. */
export function nearOffset(reciprocal: f32): usize {
  return reciprocal < 0 ? 16 : 0;
}
