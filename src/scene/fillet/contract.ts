import { NumpyRandom } from "../../kit/numpy-random.js";
import type { TriangleMesh } from "../model.js";
import { cornerNormals } from "./sheet.js";

/** Shape of the fillet of contract 1.8. Lengths in the mesh's own unit (a 0603 at `longEdge` 9). */
export type ContractFillet = Readonly<{
  longEdge: number;
  /** Depth of the sheet as a share of `longEdge`. */
  xScale: number;
  /** Where across the width the solder rises and falls, 0 … 1. */
  platformStart: number;
  platformEnd: number;
  smoothness: number;
  /** Height at the termination as a share of `longEdge`. */
  bump: number;
  decay: number;
  noiseScale: number;
  octaves: number;
  noiseAmplitude: number;
  /** Vertices along each side. */
  resolution: number;
}>;

export const CONTRACT_FILLET: ContractFillet = Object.freeze({
  longEdge: 9,
  xScale: 0.2,
  platformStart: 0.2,
  platformEnd: 0.8,
  smoothness: 6.44,
  bump: 0.38,
  decay: 10.8,
  noiseScale: 4,
  octaves: 4,
  noiseAmplitude: 0.01,
  resolution: 20,
});

/**
 * The sheet of contract 1.8, vertex for vertex: x away from the termination, y across, both from 0. Its noise draws, per
 * octave, two phases and a rotation from NumPy's stream of seed 42. Shaded smoothly. Joints of our own scenes are
 * `filletMesh`; this one is for cookbooks that ask for it (`solder_fillet`).
 */
export function contractFillet(o: Partial<ContractFillet> = {}): TriangleMesh {
  const p = { ...CONTRACT_FILLET, ...o };
  const width = p.longEdge * 0.6;
  const n = Math.max(4, Math.trunc(p.resolution));
  const noise = fractalNoise(p.noiseScale, p.octaves);
  const points = new Float32Array(n * n * 3);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const x = (j * p.longEdge * p.xScale) / (n - 1);
      const y = (i * width) / (n - 1);
      const u = x / p.longEdge;
      const v = y / width;
      const across =
        sigmoid(p.smoothness * (v - p.platformStart)) * (1 - sigmoid(p.smoothness * (v - p.platformEnd)));
      const z = p.longEdge * p.bump * Math.exp(-p.decay * u) * across + p.noiseAmplitude * noise(u, v);
      points.set([x, y, z], (i * n + j) * 3);
    }
  const triangles: number[] = [];
  for (let i = 0; i + 1 < n; i++)
    for (let j = 0; j + 1 < n; j++) {
      const a = i * n + j;
      triangles.push(a, a + 1, a + n, a + 1, a + n + 1, a + n);
    }
  const faces = Uint32Array.from(triangles);
  return { points, triangles: faces, normals: cornerNormals(points, faces) };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `Σ 2⁻ᵏ sin(2πfx' + φx) cos(2πfy' + φy)`, f doubling, each octave turned by an angle of its own. */
function fractalNoise(scale: number, octaves: number): (x: number, y: number) => number {
  const random = new NumpyRandom(42);
  const waves = Array.from({ length: Math.max(1, Math.trunc(octaves)) }, (_, k) => {
    const [px, py, angle] = [0, 0, 0].map(() => random.random() * 2 * Math.PI) as [number, number, number];
    return {
      ...{ px, py, amplitude: 0.5 ** k, turn: 2 * Math.PI * scale * 2 ** k },
      ...{ c: Math.cos(angle), s: Math.sin(angle) },
    };
  });
  return (x, y) =>
    waves.reduce(
      (sum, w) =>
        sum +
        w.amplitude *
          Math.sin(w.turn * (x * w.c - y * w.s) + w.px) *
          Math.cos(w.turn * (x * w.s + y * w.c) + w.py),
      0,
    );
}
