import type { Pixels } from "../kit/images.js";
import { gaussianBlur, grey, histogram, otsu, quantile } from "../vision/index.js";
import { busyness, compare, type Floors, WAYS, type Way } from "./difference.js";
import type { Lightings, Surroundings, TwoTone } from "./types.js";

/** From this share of variance between the two Otsu classes on, pictures count as two-tone. */
const TWO_TONE = 0.9;

/**
 * Learns from a sample of defect-free pairs whether the boards are two-tone and how much good pairs differ.
 * A crop that is its own golden (`test === golden`) tells nothing about differences. Pairs are read one by one
 * and at most 32 goldens are held: memory does not grow with their number.
 */
export async function learnSurroundings(
  pairs: AsyncIterable<{ test: Lightings; golden: Lightings }>,
): Promise<Surroundings> {
  const counts = new Float64Array(256);
  const seen: Record<Way, number[]> = { level: [], detail: [], rough: [] };
  const goldens: Lightings[] = [];
  for await (const { test, golden } of pairs) {
    histogram(grey(golden[0] as Pixels).data, counts);
    if (goldens.length < 32) goldens.push(golden);
    if (test === golden) continue;
    const { difference } = compare(test, golden);
    for (const way of WAYS) {
      const own = gaussianBlur(difference(way, 1), 0.8);
      seen[way].push(quantile(own.data, 0.998) / busyness(own, way));
    }
  }
  const floorOf = (way: Way): number => Math.max(4, seen[way].length > 0 ? quantile(seen[way], 0.6) : 0);
  const floors: Floors = { level: floorOf("level"), detail: floorOf("detail"), rough: floorOf("rough") };
  const found = otsu(counts);
  if (found.separability < TWO_TONE || found.high - found.low < 40) return { floors };
  return { floors, twoTone: tones(goldens, found.level, found.separability) };
}

function tones(goldens: readonly Lightings[], level: number, separability: number): TwoTone {
  const channels = goldens[0]?.[0]?.channels ?? 1;
  const dark: number[][] = Array.from({ length: channels }, () => []);
  const light: number[][] = Array.from({ length: channels }, () => []);
  let between = 0;
  let steep = 0;
  for (const [image] of goldens) {
    if (!image || image.channels !== channels) continue;
    const g = grey(image);
    for (let i = 0; i < g.data.length; i += 7)
      for (let c = 0; c < channels; c++)
        (g.data[i] > level ? light : dark)[c].push(image.data[i * channels + c]);
    for (let y = 0; y < g.height; y++)
      for (let x = 2; x < g.width - 2; x++) {
        const i = y * g.width + x;
        if (g.data[i] > level === g.data[i + 1] > level) continue;
        const span = Math.abs(g.data[i + 2] - g.data[i - 1]);
        if (span < 40) continue;
        steep++;
        between += Math.abs(g.data[i + 1] - g.data[i]) / span;
      }
  }
  const middle = (values: number[], otherwise: number): number =>
    values.length > 0 ? quantile(values, 0.5) : otherwise;
  // A step blurred by sigma rises by erf(1/(2·√2·sigma)) of its height between two neighbours.
  const rise = steep > 50 ? between / steep : 1;
  const edge = rise > 0.9 ? 0 : Math.min(2, 0.4 / Math.max(0.1, rise));
  return {
    level,
    separability,
    dark: dark.map((v) => middle(v, 0)),
    light: light.map((v) => middle(v, 255)),
    edge,
  };
}
