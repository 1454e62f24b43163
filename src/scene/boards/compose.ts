import type { Random } from "../../kit/random.js";
import type { Board, Drill, Placement, Point, Polygon } from "../board/board.js";
import { circle, extent, grow, polygonsOf, rectangle, regionOf } from "../shape/index.js";
import { type Caption, legend } from "./legend.js";
import { wire } from "./wiring.js";

export type Plan = Readonly<{
  name: string;
  size: Point;
  thickness: number;
  parts: readonly Placement[];
  /** Centres of the four mounting holes and of the three fiducials. */
  mounts: readonly Point[];
  fiducials: readonly Point[];
  captions: readonly Caption[];
  /** Height of the references in the legend. */
  letters: number;
  /** Vias within this distance of the given points stay open. */
  testPoints?: readonly Point[];
}>;

const MOUNT = { diameter: 3.2, land: 4.8 };
const FIDUCIAL = { radius: 0.5, opening: 1 };

/** A whole board from where its parts stand: wiring, mask, legend, holes. */
export function compose(plan: Plan, random: Random): Board {
  const { size, parts } = plan;
  const keepouts = [
    ...plan.mounts.map((at) => ({ at, radius: MOUNT.land / 2 + 0.3 })),
    ...plan.fiducials.map((at) => ({ at, radius: FIDUCIAL.opening + 0.2 })),
    ...(plan.testPoints ?? []).map((at) => ({ at, radius: 0.75 })),
  ];
  const wiring = wire(parts, size, keepouts, random.fork("wiring"));
  const mounts = plan.mounts.map((at): Drill => ({ at, ...MOUNT }));
  const discs = (points: readonly Point[], radius: number): Polygon[] =>
    points.map((at) => ({ outline: circle(at, radius, 32), holes: [] }));
  const tests = plan.testPoints ?? [];
  const lands = parts.flatMap((p) => p.pads.map((pad) => pad.shape));
  const openings = polygonsOf(grow(regionOf(lands), 0.05, { tolerance: 0.012 }));
  const blocked = keepouts.map(({ at, radius }) => extent(rectangle(at, 2 * radius, 2 * radius)));
  return {
    name: plan.name,
    outline: { outline: rectangle([size[0] / 2, size[1] / 2], size[0], size[1], 2, 8), holes: [] },
    thickness: plan.thickness,
    copper: [
      ...wiring.copper,
      ...lands,
      ...discs(plan.mounts, MOUNT.land / 2),
      ...discs(plan.fiducials, FIDUCIAL.radius),
      ...discs(tests, 0.5),
    ],
    maskOpenings: [
      ...openings,
      ...discs(plan.mounts, MOUNT.land / 2 - 0.1),
      ...discs(plan.fiducials, FIDUCIAL.opening),
      ...discs(tests, 0.55),
    ],
    silk: legend(parts, plan.captions, { height: plan.letters, blocked, size }),
    drills: [...wiring.vias, ...mounts],
    placements: parts,
  };
}
