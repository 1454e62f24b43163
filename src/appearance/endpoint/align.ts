import type { Pixels } from "../../kit/images.js";
import { clampByte, grey, halve, type Plane, sample } from "../../vision/index.js";
import { mutualInformation } from "./mutual-information.js";
import type { AlignSettings } from "./settings.js";

/**
 * Where a pixel of the original lies in the edited picture scaled to the same size: scales about the centre, degrees,
 * pixels of the original.
 */
export type Alignment = Readonly<{
  scaleX: number;
  scaleY: number;
  rotation: number;
  tx: number;
  ty: number;
  /** Mutual information in nats, times the part that overlaps. */
  mi: number;
  /** Of the picture that was only scaled. */
  identityMi: number;
  /** False where the search found nothing better, or less than the least allowed. */
  moved: boolean;
}>;

type Pose = readonly [scaleX: number, scaleY: number, rotation: number, tx: number, ty: number];

const IDENTITY: Pose = [1, 1, 0, 0, 0];
/** Smallest side on the coarsest level, pixels, and most levels. */
const LEAST_SIDE = 32;
const LEVELS = 3;
/** How much better than no movement a movement must be: restyled pictures have flat, noisy optima. */
const CLEARLY = 1.02;
/** Pixels beyond the border that still repeat it; farther out there is nothing (0). */
const BORDER = 1.5;

/**
 * Lays `edited`, already scaled to the size of `original`, on it by mutual information (dig 7.4): five parameters, a
 * coarse grid, then coordinate descent with halving steps from coarse to fine.
 */
export function findAlignment(original: Pixels, edited: Pixels, settings: AlignSettings): Alignment {
  const pyramid: [Plane, Plane][] = [[grey(original), grey(edited)]];
  for (;;) {
    const [f, m] = pyramid[0] as [Plane, Plane];
    if (pyramid.length >= LEVELS || Math.min(f.width, f.height) < 2 * LEAST_SIDE) break;
    pyramid.unshift([halve(f), halve(m)]);
  }
  const bins = (f: Plane) => Math.min(settings.bins, Math.max(8, Math.round(Math.sqrt(f.data.length / 5))));
  let pose: Pose = IDENTITY;
  pyramid.forEach(([f, m], level) => {
    const scale = 2 ** (pyramid.length - 1 - level);
    const score = (p: Pose) => mutualInformation(f, m, posed(f, p, scale), bins(f));
    if (level === 0) pose = coarse(f, scale, settings, score);
    pose = descend(pose, score, scale);
  });
  const [f, m] = pyramid.at(-1) as [Plane, Plane];
  const mi = mutualInformation(f, m, posed(f, pose, 1), bins(f));
  const identityMi = mutualInformation(f, m, posed(f, IDENTITY, 1), bins(f));
  const moved = mi > identityMi * CLEARLY && mi >= settings.minMi;
  const [scaleX, scaleY, rotation, tx, ty] = moved ? pose : IDENTITY;
  return { scaleX, scaleY, rotation, tx, ty, mi: moved ? mi : identityMi, identityMi, moved };
}

/** The edited picture as it lies on the original: bilinear, black where it has nothing. */
export function laid(edited: Pixels, a: Alignment): Pixels {
  if (!a.moved) return edited;
  const { width, height, channels } = edited;
  const map = posed({ width, height }, [a.scaleX, a.scaleY, a.rotation, a.tx, a.ty], 1);
  const data = new Uint8Array(edited.data.length);
  const planes = Array.from({ length: channels }, (_, c) => ({
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_v, i) => edited.data[i * channels + c]),
  }));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = map[0] * x + map[1] * y + map[2];
      const v = map[3] * x + map[4] * y + map[5];
      if (u < -BORDER || v < -BORDER || u > width - 1 + BORDER || v > height - 1 + BORDER) continue;
      for (let c = 0; c < channels; c++)
        data[(y * width + x) * channels + c] = clampByte(sample(planes[c], u, v));
    }
  return { width, height, channels, data };
}

/** Grid over scale, rotation and shift on the coarsest level. */
function coarse(f: Plane, scale: number, settings: AlignSettings, score: (p: Pose) => number): Pose {
  const [from, to] = settings.rotation;
  const angles = from === to ? [from] : [from, from / 2, 0, to / 2, to];
  const reach = Math.floor((Math.max(f.width, f.height) * scale) / 4);
  const step = Math.max(settings.shiftStep, 1) * scale;
  const shifts: number[] = [0];
  for (let s = step; s <= reach; s += step) shifts.push(-s, s);
  let best: Pose = IDENTITY;
  let most = score(best) * CLEARLY;
  const consider = (p: Pose) => {
    const value = score(p);
    if (value > most) {
      most = value;
      best = p;
    }
  };
  for (const ty of shifts) for (const tx of shifts) consider([1, 1, 0, tx, ty]);
  const [, , , tx, ty] = best;
  for (const sx of [0.9, 0.95, 1, 1.05, 1.1])
    for (const sy of [0.9, 0.95, 1, 1.05, 1.1])
      for (const angle of angles)
        for (const dx of [-step / 2, 0, step / 2])
          for (const dy of [-step / 2, 0, step / 2]) consider([sx, sy, angle, tx + dx, ty + dy]);
  return best;
}

/** Coordinate descent with halving steps; the last steps are about a tenth of a pixel of the level. */
function descend(start: Pose, score: (p: Pose) => number, scale: number): Pose {
  let pose = start;
  let most = score(pose);
  let steps = [0.02, 0.02, 0.3, scale, scale];
  for (let round = 0; round < 5; round++) {
    for (let moved = true, turns = 0; moved && turns < 4; turns++) {
      moved = false;
      for (let k = 0; k < 5; k++)
        for (const sign of [-1, 1]) {
          const next = pose.map((v, i) => (i === k ? v + sign * steps[k] : v)) as unknown as Pose;
          if (Math.abs(next[0] - 1) > 0.12 || Math.abs(next[1] - 1) > 0.12) continue;
          const value = score(next);
          if (value > most) {
            most = value;
            pose = next;
            moved = true;
          }
        }
    }
    steps = steps.map((s) => s / 2);
  }
  return pose;
}

/** The pose as x' = a·x + b·y + c, y' = d·x + e·y + f on a level whose pixels are `scale` of the original's wide. */
function posed(
  size: Readonly<{ width: number; height: number }>,
  [sx, sy, rotation, tx, ty]: Pose,
  scale: number,
): readonly [number, number, number, number, number, number] {
  const angle = (rotation * Math.PI) / 180;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [cx, cy] = [(size.width - 1) / 2, (size.height - 1) / 2];
  const [a, b, d, e] = [sx * c, -sx * s, sy * s, sy * c];
  return [a, b, cx - a * cx - b * cy + tx / scale, d, e, cy - d * cx - e * cy + ty / scale];
}
