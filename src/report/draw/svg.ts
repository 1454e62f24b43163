import { at } from "../charts/scale.js";
import { type Html, html } from "../page/html.js";

/** An inline chart: scales with its column, is announced as one picture with `says` as its description. */
export function svg(width: number, height: number, says: string, inside: readonly Html[]): Html {
  return html`<svg viewBox="0 0 ${at(width)} ${at(height)}" role="img" aria-label="${says}" class="chart">${inside}</svg>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, cls: string): Html {
  return html`<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${cls}"/>`;
}

export function rect(x: number, y: number, width: number, height: number, cls: string, title?: string): Html {
  return html`<rect x="${at(x)}" y="${at(y)}" width="${at(Math.max(0, width))}" height="${at(height)}" class="${cls}">${
    title && html`<title>${title}</title>`
  }</rect>`;
}

export function dot(x: number, y: number, r: number, cls: string, title?: string): Html {
  return html`<circle cx="${at(x)}" cy="${at(y)}" r="${at(r)}" class="${cls}">${
    title && html`<title>${title}</title>`
  }</circle>`;
}

export function path(points: readonly (readonly [number, number])[], cls: string): Html {
  const d = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${at(x)} ${at(y)}`).join("");
  return html`<path d="${d}" class="${cls}"/>`;
}

export function label(
  x: number,
  y: number,
  words: string,
  anchor: "start" | "middle" | "end" = "start",
  cls = "t",
): Html {
  return html`<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" class="${cls}">${words}</text>`;
}

/** Horizontal grid lines with their values on the left. */
export function yAxis(
  ticks: readonly { y: number; value: number }[],
  plot: Readonly<{ left: number; right: number }>,
  format: (v: number) => string,
): readonly Html[] {
  return ticks.flatMap((t) => [
    line(plot.left, t.y, plot.right, t.y, "grid"),
    label(plot.left - 6, t.y + 3.6, format(t.value), "end"),
  ]);
}
