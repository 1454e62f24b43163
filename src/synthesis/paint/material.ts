import {
  dilate,
  erode,
  histogram,
  intersect,
  invert,
  type Mask,
  otsu,
  softEdge,
  threshold,
} from "../../vision/index.js";
import { compose } from "../blend-flip.js";
import { localMaterial } from "./material-fill.js";
import { edgeSoftness, meanOver } from "./tools.js";
import type { Ground, Paint } from "./types.js";

/** From this separability on a place shows two materials. */
const TWO_MATERIALS = 0.7;

/**
 * Conductor added or lost: turns the pixels of the region that are of the wrong material into the other one, with the
 * local brightness, grain and edge softness of that material. Undefined where the place does not show two materials,
 * or where the region has almost nothing to turn.
 */
export function changeMaterial(
  g: Ground,
  o: Readonly<{ adds: boolean; conductorIsDark: boolean }>,
): Paint | undefined {
  const counts = histogram(g.grey.data);
  const found = otsu(counts);
  if (found.separability < TWO_MATERIALS || found.high - found.low < 24) return undefined;
  const light = threshold(g.grey, found.level);
  const toLight = o.adds !== o.conductorIsDark;
  const wrong = toLight ? invert(light) : light;
  const turned = intersect(g.region, wrong);
  const [size, all] = [count(turned), count(g.region)];
  if (size < Math.max(4, 0.12 * all)) return undefined;
  const target = toLight ? light : invert(light);
  // Edges that meet the other material run into it: no dark line may stay between both.
  const joined = intersect(dilate(turned, 1), union(turned, target));
  const soft = softEdge(joined, edgeSoftness(g.grey));
  const touched = intersect(dilate(joined, 2), g.allowed);
  const core = erode(target, 2);
  const use = count(core) >= 20 ? core : target;
  const fills = g.planes.map((p) =>
    localMaterial(p, use, meanOver(p, target, toLight ? found.high : found.low), g.random.fork("fill", 0)),
  );
  const made = compose(g.image, fills, soft, touched);
  return {
    planes: g.planes.map((p, c) => ({
      ...p,
      data: p.data.map((v, i) => (touched.data[i] ? made.data[i * g.planes.length + c]! : v)),
    })),
    touched,
    painter: o.adds ? "conductor added" : "conductor lost",
  };
}

/** True where the darker of two materials is the conductor: bare boards in a line scan, without any colour. */
export function darkConductor(g: Pick<Ground, "grey" | "planes">): boolean {
  const { separability } = otsu(histogram(g.grey.data));
  return separability >= 0.9 && !coloured(g);
}

/** Whether a picture shows colours at all. */
export function coloured(g: Pick<Ground, "grey" | "planes">): boolean {
  if (g.planes.length < 3) return false;
  let chroma = 0;
  for (let i = 0; i < g.grey.data.length; i += 3) {
    const v = g.planes.map((p) => p.data[i]!);
    chroma += Math.max(...v) - Math.min(...v);
  }
  return chroma / (g.grey.data.length / 3) >= 6;
}

function count(m: Mask): number {
  let n = 0;
  for (const v of m.data) n += v;
  return n;
}

function union(a: Mask, b: Mask): Mask {
  return { ...a, data: a.data.map((v, i) => v | b.data[i]!) };
}
