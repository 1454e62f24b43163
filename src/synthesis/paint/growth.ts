import { channelsOf, dilate, type Mask, membrane, type Plane } from "../../vision/index.js";
import { signedDistance } from "./tools.js";
import type { Ground, Specimen } from "./types.js";

/** Pixels around a defect that belong to its look: shadow, halo, ridge. */
export const RIM = 3;

/** What growing a specimen over a region starts from. All planes of the source have one size, all of the place another. */
export type Growth = Readonly<{
  /** The specimen less its clean surroundings, one plane a channel of the place. */
  look: readonly Plane[];
  /** The surface that the place spans beneath the defect, one plane a channel. */
  ground: readonly Plane[];
  /** Depths in both masks that can be compared; negative outside. */
  deepS: Plane;
  deepT: Plane;
}>;

/** Looks at both sides: what is copied is a difference to the surroundings, so that it sits on the light of its place. */
export function growthOf(g: Ground, e: Specimen): Growth {
  const source = channelsOf(e.picture!).map((p) => residual(p, e.mask));
  const [deepS, deepT] = matchedDepth(signedDistance(e.mask), signedDistance(g.region));
  return {
    look: g.planes.map((_, c) => source[Math.min(c, source.length - 1)]!),
    ground: g.planes.map((p) => membrane(p, dilate(g.region, RIM), 0.05, 200)),
    deepS,
    deepT,
  };
}

/** The picture that a seamless clone takes: the grown look on the surface of the place. */
export function grownPicture(
  g: Ground,
  { ground, deepT }: Growth,
  made: readonly Plane[],
  gain: number,
): Plane[] {
  return made.map((r, c) => ({
    ...r,
    data: r.data.map((v, i) =>
      deepT.data[i]! > -RIM ? ground[c]!.data[i]! + gain * v : g.planes[c]!.data[i]!,
    ),
  }));
}

/** A picture less the smooth surface that its clean surroundings span over the defect. */
function residual(p: Plane, m: Mask): Plane {
  const ground = membrane(p, dilate(m, RIM), 0.05, 200);
  return { ...p, data: p.data.map((v, i) => v - ground.data[i]!) };
}

/** Depths that can be compared: pixels near the border, shares of the way to the middle further in. */
function matchedDepth(s: Plane, t: Plane): [Plane, Plane] {
  const change = (p: Plane): Plane => {
    const most = p.data.reduce((a, b) => Math.max(a, b), 1);
    const near = Math.min(3, most);
    return {
      ...p,
      data: p.data.map((v) =>
        v <= near ? Math.max(v, -RIM - 3) : near + (4 * (v - near)) / Math.max(1, most - near),
      ),
    };
  };
  return [change(s), change(t)];
}
