import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";
import { blob, maskPixels, union } from "./shapes.js";

const SIDE = 64;

/**
 * Shapes of the defects of boards by their name, where no real masks are given: a neck between two drops for a bridge,
 * a bulging drop for solder, a rounded rectangle for what is missing. Undefined for names that say nothing.
 */
export function boardShape(defect: string, random: Random): Pixels | undefined {
  const size = { width: SIDE, height: SIDE };
  const middle = SIDE / 2;
  const at = (dx: number, long: number, across: number, rough: number) =>
    blob(
      size,
      { x: middle + dx, y: middle + random.range(-2, 2), long, across, turn: random.range(-0.2, 0.2), rough },
      random,
    );
  const word = defect.toLowerCase();
  if (word.includes("bridge")) {
    const reach = random.range(15, 20);
    const neck = at(0, reach, random.range(5, 9), 0.2);
    return maskPixels(
      union(
        neck,
        union(
          at(-reach, random.range(8, 11), random.range(9, 13), 0.3),
          at(reach, random.range(8, 11), random.range(9, 13), 0.3),
        ),
      ),
    );
  }
  if (word.includes("solder")) return maskPixels(at(0, random.range(18, 27), random.range(14, 22), 0.4));
  if (word.includes("missing")) return maskPixels(at(0, 26, random.range(14, 22), 0.08));
  return undefined;
}
