import type { PairRow } from "../dataset/row.js";
import { decodeImage, resizeImage } from "../kit/images.js";
import { correlation, grey, median, type Plane, robustSigma, translate } from "../vision/index.js";
import { mapLimited } from "./limit.js";

/** Side of the square on which goldens and tests are compared. */
const SIDE = 64;
const COARSE = 32;
/** Shifts tried in either direction on the coarse square: 6 % of the crop. A shifted part is no bad golden. */
const SHIFT = 2;
/** Standard deviation in grey levels below which a crop shows no structure. */
const FLAT = 8;

/** What is unlike about one golden against its own test images, compared with all other goldens. */
export type GoldenFault = Readonly<{ golden: string; reasons: readonly string[]; z: number }>;

type Measured = { golden: string; brightness: number; sharpness: number; likeness: number };

/**
 * Dark, bright, blurred or differing goldens. Each is compared with one of its good test images, which cancels what
 * the component looks like; then the differences are compared among all pairs by median and MAD, since lighting may
 * shift them all. Flagged beyond six robust deviations. Unreadable images are skipped.
 *
 * @param rows PASS rows, one per golden; first lighting only
 */
export async function goldenFaults(rows: readonly PairRow[]): Promise<GoldenFault[]> {
  const measured = (await mapLimited(rows, 4, measure)).filter((m) => m !== undefined);
  if (measured.length < 8) return [];
  const scale = (values: readonly number[], floor: number) => ({
    centre: median(values),
    sigma: Math.max(robustSigma(values), floor),
  });
  const brightness = scale(
    measured.map((m) => m.brightness),
    4,
  );
  const sharpness = scale(
    measured.map((m) => m.sharpness),
    0.1,
  );
  const likeness = scale(
    measured.map((m) => m.likeness).filter((l) => !Number.isNaN(l)),
    0.05,
  );
  return measured.flatMap((m) => {
    const b = (m.brightness - brightness.centre) / brightness.sigma;
    const s = (m.sharpness - sharpness.centre) / sharpness.sigma;
    const l = (m.likeness - likeness.centre) / likeness.sigma;
    const reasons: string[] = [];
    const grey = Math.round(Math.abs(m.brightness - brightness.centre));
    if (b < -6) reasons.push(`darker than its test image by ${grey} grey levels`);
    if (b > 6) reasons.push(`brighter than its test image by ${grey} grey levels`);
    if (s < -6)
      reasons.push(
        `blurred: ${Math.round(Math.exp(m.sharpness - sharpness.centre) * 100)} % of the usual sharpness`,
      );
    if (l < -6)
      reasons.push(
        `unlike its test image (correlation ${m.likeness.toFixed(2)}, usual ${likeness.centre.toFixed(2)})`,
      );
    const z = Math.max(Math.abs(b), -s, Number.isNaN(l) ? 0 : -l);
    return reasons.length > 0 ? [{ golden: m.golden, reasons, z }] : [];
  });
}

async function measure(row: PairRow): Promise<Measured | undefined> {
  try {
    const [golden, test] = await Promise.all([row.golden[0], row.test[0]].map(small));
    return {
      golden: row.golden[0],
      brightness: golden.mean - test.mean,
      sharpness: Math.log(golden.detail + 1) - Math.log(test.detail + 1),
      likeness: bestCorrelation(golden.coarse, test.coarse),
    };
  } catch {
    return undefined;
  }
}

/** NaN when one of the two is nearly flat: then correlation says nothing. */
function bestCorrelation(a: Plane, b: Plane): number {
  if (Math.min(deviation(a), deviation(b)) < FLAT) return Number.NaN;
  let best = -1;
  for (let dy = -SHIFT; dy <= SHIFT; dy++)
    for (let dx = -SHIFT; dx <= SHIFT; dx++) best = Math.max(best, correlation(translate(a, dx, dy), b));
  return best;
}

function deviation(p: Plane): number {
  let sum = 0;
  let squares = 0;
  for (const v of p.data) {
    sum += v;
    squares += v * v;
  }
  const mean = sum / p.data.length;
  return Math.sqrt(Math.max(0, squares / p.data.length - mean * mean));
}

async function small(file: string) {
  const image = await decodeImage(file, "gray");
  const plane = grey(await resizeImage(image, SIDE, SIDE));
  const coarse = grey(await resizeImage(image, COARSE, COARSE));
  let sum = 0;
  let detail = 0;
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const i = y * SIDE + x;
      sum += plane.data[i];
      if (x > 0 && y > 0 && x < SIDE - 1 && y < SIDE - 1) {
        const d = plane.data;
        const laplace = 4 * d[i] - d[i - 1] - d[i + 1] - d[i - SIDE] - d[i + SIDE];
        detail += laplace * laplace;
      }
    }
  return { coarse, mean: sum / (SIDE * SIDE), detail: detail / ((SIDE - 2) * (SIDE - 2)) };
}
