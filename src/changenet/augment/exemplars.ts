import { boxMean, greyOf, quantile, type Sample } from "./sample.js";

/** What a real defect changed: grey differences to golden, soft at the rim, and where its centre lay. */
export type Exemplar = Readonly<{
  height: number;
  width: number;
  change: Float32Array;
  centreY: number;
  centreX: number;
}>;

/** Larger changes are no defect to copy but another picture. */
export const LARGEST = 60;
const LEAST_PIXELS = 16;
/** Least grey difference of an exemplar. */
const LEAST_CHANGE = 0.03 * 255;

/**
 * Cuts the strongest connected difference out of an NG pair: the difference to golden without its slow part, where its
 * local mean exceeds a share of its maximum. Undefined when nothing of a defect's size stands out.
 */
export function findExemplar(sample: Sample): Exemplar | undefined {
  const { height, width } = sample.shape;
  const difference = greyDifference(sample);
  const slow = boxMean(difference, height, width, 15);
  const fast = difference.map((d, i) => d - slow[i]);
  const strength = boxMean(fast.map(Math.abs), height, width, 2);
  let peak = 0;
  for (let i = 1; i < strength.length; i++) if (strength[i] > strength[peak]) peak = i;
  const threshold = Math.max(LEAST_CHANGE, 0.35 * strength[peak], 2.5 * quantile(strength, 0.5));
  if (strength[peak] <= threshold) return undefined;
  const member = component(strength, peak, threshold, height, width);
  let [top, left, bottom, right, count, sumY, sumX] = [height, width, 0, 0, 0, 0, 0];
  for (let i = 0; i < member.length; i++) {
    if (member[i] === 0) continue;
    const [y, x] = [Math.floor(i / width), i % width];
    [top, bottom, left, right] = [
      Math.min(top, y),
      Math.max(bottom, y),
      Math.min(left, x),
      Math.max(right, x),
    ];
    count++;
    sumY += y;
    sumX += x;
  }
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  if (count < LEAST_PIXELS || rows > LARGEST || columns > LARGEST) return undefined;
  const soft = boxMean(member, height, width, 1);
  const change = new Float32Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = (y + top) * width + x + left;
      change[y * columns + x] = fast[at] * soft[at];
    }
  return {
    height: rows,
    width: columns,
    change,
    centreY: Math.round(sumY / count),
    centreX: Math.round(sumX / count),
  };
}

/** Grey test minus grey golden. */
export function greyDifference({ shape, test, golden }: Sample): Float32Array {
  const reference = greyOf(golden, shape);
  return greyOf(test, shape).map((v, i) => v - reference[i]);
}

/** Marks the pixels above a threshold that hang together with `start` over their sides. */
function component(
  values: Float32Array,
  start: number,
  threshold: number,
  height: number,
  width: number,
): Float32Array {
  const member = new Float32Array(values.length);
  const open = [start];
  member[start] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [y, x] = [Math.floor(at / width), at % width];
    const near = [
      y > 0 ? at - width : -1,
      y < height - 1 ? at + width : -1,
      x > 0 ? at - 1 : -1,
      x < width - 1 ? at + 1 : -1,
    ];
    for (const next of near)
      if (next >= 0 && member[next] === 0 && values[next] > threshold) {
        member[next] = 1;
        open.push(next);
      }
  }
  return member;
}
