import { ALBEDO_EDGE } from "../layout.js";

/** sRGB byte to linear light (IEC 61966-2-1), 256 values. */
export function srgbTable(): Float32Array {
  return Float32Array.from({ length: 256 }, (_, i) => {
    const v = i / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
}

/**
 * Direction numbers of the first four Sobol dimensions, bit-reversed: 32 rows (index bits) of 4. Primitive polynomials
 * and initial numbers after Joe and Kuo (2008).
 */
export function sobolTable(): Uint32Array {
  const start: readonly { a: number; m: readonly number[] }[] = [
    { a: 0, m: [1] },
    { a: 1, m: [1, 3] },
    { a: 1, m: [1, 3, 1] },
  ];
  const out = new Uint32Array(32 * 4);
  for (let bit = 0; bit < 32; bit++) out[bit * 4] = 1 << bit;
  start.forEach(({ a, m }, d) => {
    const s = m.length;
    const v = m.map((value, i) => (value << (31 - i)) >>> 0);
    for (let i = s; i < 32; i++) {
      let next = (v[i - s]! ^ (v[i - s]! >>> s)) >>> 0;
      for (let k = 1; k < s; k++) if ((a >> (s - 1 - k)) & 1) next = (next ^ v[i - k]!) >>> 0;
      v.push(next);
    }
    v.forEach((value, bit) => {
      out[bit * 4 + 1 + d] = reversed(value);
    });
  });
  return out;
}

/**
 * What a GGX lobe reflects of a white surround, seen under a cosine (columns) at a roughness (rows): `F0 · A + F90 · B`
 * with the Fresnel weight (1 − v·h)⁵ split off (Karis 2013). Two floats a cell, integrated over visible normals.
 */
export function albedoTable(): Float32Array {
  const out = new Float32Array(ALBEDO_EDGE * ALBEDO_EDGE * 2);
  for (let row = 0; row < ALBEDO_EDGE; row++)
    for (let column = 0; column < ALBEDO_EDGE; column++) {
      const roughness = row / (ALBEDO_EDGE - 1);
      const cosine = Math.max(column / (ALBEDO_EDGE - 1), 1e-3);
      const [a, b] = lobeAlbedo(Math.max(roughness * roughness, 1e-3), cosine);
      out.set([a, b], (row * ALBEDO_EDGE + column) * 2);
    }
  return out;
}

function lobeAlbedo(alpha: number, cosine: number): readonly [number, number] {
  const steps = 16;
  const vx = Math.sqrt(1 - cosine * cosine);
  const length = Math.hypot(vx * alpha, cosine);
  const [sx, sz] = [(vx * alpha) / length, cosine / length];
  let a = 0;
  let b = 0;
  for (let i = 0; i < steps; i++)
    for (let j = 0; j < steps; j++) {
      const phi = (2 * Math.PI * (i + 0.5)) / steps;
      const z = (1 - (j + 0.5) / steps) * (1 + sz) - sz;
      const r = Math.sqrt(Math.max(0, 1 - z * z));
      const [x, y, w] = [(r * Math.cos(phi) + sx) * alpha, r * Math.sin(phi) * alpha, Math.max(z + sz, 1e-9)];
      const n = Math.hypot(x, y, w);
      const vh = (vx * x + cosine * w) / n;
      const nl = (2 * vh * w) / n - cosine;
      if (nl <= 0) continue;
      const a2 = alpha * alpha;
      const sv = Math.sqrt(a2 + (1 - a2) * cosine * cosine);
      const sl = Math.sqrt(a2 + (1 - a2) * nl * nl);
      // G2 / G1 of the viewer: what a direction drawn from the visible normals still carries.
      const carried = (nl * (cosine + sv)) / (nl * sv + cosine * sl);
      const fresnel = Math.max(0, 1 - vh) ** 5;
      a += carried * (1 - fresnel);
      b += carried * fresnel;
    }
  return [a / (steps * steps), b / (steps * steps)];
}

function reversed(x: number): number {
  let out = 0;
  for (let i = 0; i < 32; i++) if ((x >>> i) & 1) out |= 1 << (31 - i);
  return out >>> 0;
}
