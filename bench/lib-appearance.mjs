// Measures how far one set of pictures is from another: colour, gradients, spectrum, noise, and a classifier.
import { encodeImage } from "../dist/kit/index.js";
import { gaussianBlur, gradient, grey, noiseSigma } from "../dist/vision/index.js";

const quantiles = (values, n = 101) => {
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: n }, (_, i) => sorted[Math.round((i / (n - 1)) * (sorted.length - 1))]);
};
/** Mean distance of the quantiles of two samples: the Wasserstein-1 distance. */
const wasserstein = (a, b) => {
  const [p, q] = [quantiles(a), quantiles(b)];
  return p.reduce((s, v, i) => s + Math.abs(v - q[i]), 0) / p.length;
};
const DIRECTIONS = Array.from({ length: 12 }, (_, i) => {
  const [z, t] = [1 - (2 * i + 1) / 12, i * 2.39996];
  const r = Math.sqrt(1 - z * z);
  return [r * Math.cos(t), r * Math.sin(t), z];
});
const along = (set, [a, b, c]) =>
  set.flatMap(({ data }) => {
    const out = [];
    for (let i = 0; i < data.length; i += 3) out.push(a * data[i] + b * data[i + 1] + c * data[i + 2]);
    return out;
  });
const gradients = (set) =>
  set.flatMap((p) => {
    const { gx, gy } = gradient(grey(p));
    return Array.from(gx.data, (v, i) => Math.hypot(v, gy.data[i]));
  });
const BANDS = [0.5, 1, 2, 4, 8];
const bands = (set) =>
  BANDS.slice(1).map((wide, k) => {
    let sum = 0;
    let n = 0;
    for (const p of set) {
      const g = grey(p);
      const [fine, coarse] = [gaussianBlur(g, BANDS[k]), gaussianBlur(g, wide)];
      fine.data.forEach((v, i) => {
        sum += (v - coarse.data[i]) ** 2;
        n++;
      });
    }
    return sum / n;
  });
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

/** Distances of two sets of RGB pictures: grey levels, grey levels a pixel, natural log of power, grey levels. */
export function distances(a, b) {
  const [pa, pb] = [bands(a), bands(b)];
  return {
    colour: mean(DIRECTIONS.map((d) => wasserstein(along(a, d), along(b, d)))),
    gradient: wasserstein(gradients(a), gradients(b)),
    spectrum: mean(pa.map((v, i) => Math.abs(Math.log(v / pb[i])))),
    noise: Math.abs(mean(a.map((p) => noiseSigma(grey(p)))) - mean(b.map((p) => noiseSigma(grey(p))))),
  };
}

/** Features of every patch of a picture. */
function patches({ width, height, data }, side = 24, step = 12) {
  const out = [];
  const luma = grey({ width, height, channels: 3, data });
  const { gx, gy } = gradient(luma);
  const layers = BANDS.slice(1).map((wide, k) => {
    const [fine, coarse] = [gaussianBlur(luma, BANDS[k]), gaussianBlur(luma, wide)];
    return fine.data.map((v, i) => v - coarse.data[i]);
  });
  for (let y = 0; y + side <= height; y += step)
    for (let x = 0; x + side <= width; x += step) {
      const at = [];
      for (let v = y; v < y + side; v++) for (let u = x; u < x + side; u++) at.push(v * width + u);
      const m = [0, 1, 2].map((c) => mean(at.map((i) => data[3 * i + c])));
      const s = [0, 1, 2].map((c) => Math.sqrt(mean(at.map((i) => (data[3 * i + c] - m[c]) ** 2))));
      const g = mean(at.map((i) => Math.hypot(gx.data[i], gy.data[i])));
      const power = layers.map((l) => Math.log(0.1 + mean(at.map((i) => l[i] ** 2))));
      const chroma = mean(
        at.map(
          (i) =>
            Math.max(data[3 * i], data[3 * i + 1], data[3 * i + 2]) -
            Math.min(data[3 * i], data[3 * i + 1], data[3 * i + 2]),
        ),
      );
      out.push([
        ...m,
        ...s.map((v) => Math.log(1 + v)),
        Math.log(0.1 + g),
        ...power,
        Math.log(1 + chroma),
        m[0] - m[1],
        m[2] - m[1],
      ]);
    }
  return out;
}

/** Area under the curve of a logistic regression on patches, trained on every other picture and tested on the rest, both ways. */
export function separability(fake, real) {
  const groups = [fake, real].map((set, y) => set.map((p) => patches(p).map((x) => ({ x, y }))));
  const aucs = [0, 1].map((fold) => {
    const pick = (test) => groups.flatMap((g) => g.filter((_, i) => (i % 2 === fold) === test).flat());
    return auc(learnt(pick(false)), pick(true));
  });
  return mean(aucs);
}

function learnt(rows) {
  const d = rows[0].x.length;
  const mu = Array.from({ length: d }, (_, k) => mean(rows.map((r) => r.x[k])));
  const sd = mu.map((m, k) => Math.sqrt(mean(rows.map((r) => (r.x[k] - m) ** 2))) + 1e-6);
  const norm = (x) => x.map((v, k) => Math.max(-4, Math.min(4, (v - mu[k]) / sd[k])));
  const data = rows.map((r) => ({ x: norm(r.x), y: r.y }));
  const n = [0, 1].map((y) => data.filter((r) => r.y === y).length);
  const w = new Float64Array(d + 1);
  for (let epoch = 0; epoch < 300; epoch++) {
    const g = new Float64Array(d + 1);
    for (const { x, y } of data) {
      const e = (1 / (1 + Math.exp(-x.reduce((s, v, k) => s + v * w[k], w[d]))) - y) / (2 * n[y]);
      for (let k = 0; k < d; k++) g[k] += e * x[k];
      g[d] += e;
    }
    for (let k = 0; k <= d; k++) w[k] -= 1.0 * (g[k] + (k < d ? 0.003 * w[k] : 0));
  }
  return (x) => norm(x).reduce((s, v, k) => s + v * w[k], w[d]);
}

function auc(score, rows) {
  const sorted = rows.map((r) => ({ s: score(r.x), y: r.y })).sort((a, b) => a.s - b.s);
  let rank = 0;
  let good = 0;
  sorted.forEach(({ y }, i) => {
    if (y) {
      rank += i + 1;
      good++;
    }
  });
  return (rank - (good * (good + 1)) / 2) / (good * (sorted.length - good));
}

export const png = (picture) => encodeImage(picture, "png");
