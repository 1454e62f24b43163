import { ReflowError } from "../../kit/errors.js";
import { CROPS_PER_PATCH, patchesFor } from "../knobs/index.js";

type Yield = readonly (readonly [patches: number, crops: number])[];

/**
 * Crops after so many frames, measured with `reflow generate structural` on our boards (docs/flows.md), all modes of
 * the cookbook, seed 0.
 */
export const MEASURED_YIELD: Readonly<Record<string, Yield>> = {
  dense: [
    [1, 1],
    [2, 5],
    [3, 10],
    [5, 33],
    [10, 69],
    [15, 111],
    [20, 197],
    [35, 386],
  ],
  mixed: [
    [1, 0],
    [2, 7],
    [3, 21],
    [5, 40],
    [10, 87],
    [15, 121],
    [20, 145],
    [30, 233],
  ],
};

export type Sizing = Readonly<{
  render_patches: number;
  /** Crops to expect; undefined where nothing was measured on this board. */
  expected: number | undefined;
  /** The whole board gives fewer than were asked for, as far as it was measured. */
  most: boolean;
  warnings: readonly string[];
}>;

/**
 * "I want N structural defects": how many frames to render (dig 2). The rule is `ceil(N / 30)`, without a correction for
 * modes that are off; on boards whose yield was measured, `board` gives the frames that reach N there.
 * Throws `count_invalid` below 1.
 */
export function sizeStructural(wanted: number, board?: string): Sizing {
  if (!Number.isInteger(wanted) || wanted < 1)
    throw new ReflowError(
      "usage",
      "count_invalid",
      `${wanted} structural defects cannot be made`,
      "Ask for a whole number from 1.",
    );
  const measured =
    board !== undefined && Object.hasOwn(MEASURED_YIELD, board) ? MEASURED_YIELD[board] : undefined;
  const render_patches = measured ? fewest(wanted, measured) : patchesFor(wanted);
  const expected = measured ? Math.round(yieldOf(render_patches, measured)) : undefined;
  const warnings: string[] = ["The number of crops is an estimate; the result reports the real one."];
  if (!measured && wanted < CROPS_PER_PATCH)
    warnings.push(
      `Fewer than ${CROPS_PER_PATCH}: narrow defect_modes, component_types or ratio; one frame gives more than that on a full board.`,
    );
  if (render_patches === 1) warnings.push("A single frame may be empty; 2 or 3 are safer.");
  const most = measured !== undefined && wanted > (measured.at(-1)?.[1] ?? 0);
  return { render_patches, expected, most, warnings };
}

/** Crops after `patches` frames, straight between what was measured. */
export function yieldOf(patches: number, measured: Yield): number {
  const points: Yield = [[0, 0], ...measured];
  const last = points.at(-1) as readonly [number, number];
  if (patches >= last[0]) return last[1];
  const next = points.findIndex(([p]) => p > patches);
  const [p0, c0] = points[next - 1] as readonly [number, number];
  const [p1, c1] = points[next] as readonly [number, number];
  return c0 + ((c1 - c0) * (patches - p0)) / (p1 - p0);
}

/** Fewest frames that reach `wanted` crops; those of the whole board when it has fewer. */
function fewest(wanted: number, measured: Yield): number {
  const most = measured.at(-1)?.[0] ?? 1;
  for (let patches = 1; patches < most; patches++) if (yieldOf(patches, measured) >= wanted) return patches;
  return most;
}
