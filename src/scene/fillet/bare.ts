import { seeded } from "../../kit/random.js";
import type { Lattice } from "./field.js";

/** Waves of the unevenness, the amplitude of each and their lengths as shares of the pad's shorter side. */
const WAVES = 5;
const AMPLITUDE = 0.24;
const LENGTHS = [0.75, 1.7] as const;
/** The rounded rim, as a share of the pad's shorter side. */
const RIM = 0.22;
/** Least height between lumps, as a share of the mean one. */
const LEAST = 0.18;

/**
 * The solder of a pad that no metal touches: printed paste that melted where it lay. No part drew it together, flux and
 * oxide hold it back, so it is an uneven sheet with a rounded rim and not the dome of a clean liquid. Heights at the
 * lattice's nodes, its volume is `volume`. The same `key`: the same surface.
 */
export function bareSurface(lattice: Lattice, volume: number, key: string): Float64Array {
  const { columns, rows, step, x0, y0, depth } = lattice;
  const deepest = depth.reduce((most, d) => Math.max(most, d), 0);
  const short = 2 * deepest;
  const random = seeded("bare pad").fork(key);
  const waves = Array.from({ length: WAVES }, () => {
    const turn = (2 * Math.PI) / (short * random.range(...LENGTHS));
    const [angle, phase] = [random.range(0, 2 * Math.PI), random.range(0, 2 * Math.PI)];
    return { x: turn * Math.cos(angle), y: turn * Math.sin(angle), phase };
  });
  const height = new Float64Array(columns * rows);
  let sum = 0;
  for (let j = 0, node = 0; j < rows; j++)
    for (let i = 0; i < columns; i++, node++) {
      const [x, y] = [x0 + i * step, y0 + j * step];
      const lumps = waves.reduce((z, w) => z + AMPLITUDE * Math.cos(w.x * x + w.y * y + w.phase), 1);
      height[node] = Math.max(LEAST, lumps) * rimAt(depth[node]! / (RIM * short));
      if (depth[node]! > 0) sum += height[node]! * step * step;
    }
  return height.map((z) => (sum > 0 ? (z * volume) / sum : 0));
}

/** 0 at the border, rising to 1; falling on beyond it, so that what lies in between meets the border. */
function rimAt(depth: number): number {
  return depth < 0 ? 2 * depth : 1 - (1 - Math.min(1, depth)) ** 2;
}
