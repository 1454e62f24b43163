import { fixed } from "./numbers.js";
import { textPath, textWidth } from "./pixel-font.js";

const INK = "#1f2328";
const SOFT = "#8c959f";
const PASS = "#4e79a7";
const NG = "#e15759";

/** Two stacked histograms (PASS above NG) over one score axis, with the threshold as a dashed line. */
export function histogramSvg(h: {
  low: number;
  high: number;
  pass: Uint32Array;
  ng: Uint32Array;
  threshold?: number;
}): string {
  const parts: string[] = [];
  const left = 90;
  const width = 860;
  const x = (score: number) => left + ((score - h.low) / (h.high - h.low)) * width;
  const panel = (counts: Uint32Array, top: number, color: string, name: string) => {
    const height = 250;
    const most = Math.max(1, ...counts);
    const step = width / counts.length;
    parts.push(label(`${name} (n=${counts.reduce((a, b) => a + b, 0)})`, left, top - 26, 2, INK));
    for (const share of [0, 0.5, 1]) {
      const y = top + height * (1 - share);
      parts.push(
        `<path d="M${left} ${y}h${width}" stroke="${SOFT}" stroke-width="${share === 0 ? 1.5 : 0.5}"/>`,
      );
      const text = String(Math.round(most * share));
      parts.push(label(text, left - 10 - textWidth(text, 2), y - 7, 2, INK));
    }
    counts.forEach((count, i) => {
      if (count === 0) return;
      // A single row must stay visible beside a bin of thousands.
      const bar = Math.max(2, (count / most) * height);
      parts.push(
        `<rect x="${r(left + i * step + 0.5)}" y="${r(top + height - bar)}" width="${r(step - 1)}" height="${r(bar)}" fill="${color}"/>`,
      );
    });
    if (h.threshold !== undefined) {
      const at = r(Math.max(left, Math.min(left + width, x(h.threshold))));
      parts.push(
        `<path d="M${at} ${top}v${height}" stroke="${INK}" stroke-width="2" stroke-dasharray="8 6"/>`,
      );
    }
  };
  panel(h.pass, 60, PASS, "PASS scores");
  panel(h.ng, 380, NG, "NO_PASS scores");
  for (let i = 0; i <= 5; i++) {
    const text = fixed(h.low + ((h.high - h.low) * i) / 5, 3);
    parts.push(label(text, left + (width * i) / 5 - textWidth(text, 2) / 2, 644, 2, INK));
  }
  const caption =
    h.threshold === undefined ? "score" : `score; dashed: 100% recall threshold = ${fixed(h.threshold, 6)}`;
  parts.push(label(caption, left + width / 2 - textWidth(caption, 2) / 2, 672, 2, INK));
  return document(1000, 700, parts);
}

export type ConfusionChart = Readonly<{
  title: string;
  subtitle: string;
  counts: Readonly<{ tp: number; fp: number; tn: number; fn: number }>;
}>;

/** A 2×2 matrix, rows = actual, columns = predicted, PASS first; count and share in each cell. */
export function confusionSvg(c: ConfusionChart): string {
  const { tp, fp, tn, fn } = c.counts;
  const cells = [
    [tn, fp],
    [fn, tp],
  ];
  const total = tp + fp + tn + fn;
  const most = Math.max(1, tp, fp, tn, fn);
  const parts = [label(c.title, 40, 24, 3, INK), label(c.subtitle, 40, 54, 2, INK)];
  const names = ["PASS", "NO_PASS"];
  names.forEach((name, i) => {
    parts.push(label(name, 160 + i * 220 + 110 - textWidth(name, 2) / 2, 96, 2, INK));
    parts.push(label(name, 140 - textWidth(name, 2), 120 + i * 160 + 73, 2, INK));
  });
  cells.forEach((row, y) => {
    row.forEach((count, x) => {
      const share = count / most;
      const fill = `rgb(${[247, 251, 255].map((v, i) => Math.round(v + ([8, 69, 148][i]! - v) * share))})`;
      const left = 160 + x * 220;
      const top = 120 + y * 160;
      const ink = share > 0.5 ? "#ffffff" : INK;
      const pct = `(${fixed((count / total) * 100, 2)}%)`;
      parts.push(`<rect x="${left}" y="${top}" width="216" height="156" fill="${fill}" stroke="${SOFT}"/>`);
      parts.push(label(String(count), left + 108 - textWidth(String(count), 4) / 2, top + 46, 4, ink));
      parts.push(label(pct, left + 108 - textWidth(pct, 2) / 2, top + 94, 2, ink));
    });
  });
  parts.push(label("rows: actual   columns: predicted", 160, 456, 2, INK));
  return document(640, 490, parts);
}

function document(width: number, height: number, parts: readonly string[]): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`
  );
}

function label(text: string, x: number, y: number, size: number, color: string): string {
  return `<path d="${textPath(text, r(x), r(y), size)}" fill="${color}"/>`;
}

function r(x: number): number {
  return Math.round(x * 100) / 100;
}
