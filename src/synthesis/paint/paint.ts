import type { Pixels } from "../../kit/images.js";
import type { Random } from "../../kit/random.js";
import {
  type Box,
  channelsOf,
  clampByte,
  cropMask,
  cropPixels,
  grey,
  histogram,
  intersect,
  type Mask,
  mask,
  otsu,
} from "../../vision/index.js";
import { enlargedMask } from "../window/index.js";
import { type Kind, kindOf } from "./kinds.js";
import { changeMaterial, coloured, darkConductor } from "./material.js";
import { missing } from "./missing.js";
import { relief } from "./relief.js";
import { checkRoom } from "./room.js";
import { lessSolder, solder } from "./solder.js";
import { tint } from "./tint.js";
import { transplant } from "./transplant.js";
import type { Ground, Paint, Settings, Specimen } from "./types.js";

/** What a checkpoint knows of one defect type. */
export type TypeKnowledge = Readonly<{
  defectType: string;
  anomaly: string;
  specimens: readonly Specimen[];
  /** Known from exemplars: whether conductor is the darker material. */
  conductorIsDark?: boolean;
}>;

/** A painted picture and how it came about. `painter` says which method; `changed` counts changed pixels. */
export type Painted = Readonly<{
  image: Pixels;
  painter: string;
  specimen?: string;
  /** Pixels that may have changed, in the picture's frame. */
  touched: Mask;
  changed: number;
}>;

/** Surroundings that are looked at beyond the window, in pixels. */
const SURROUNDINGS = 20;

/**
 * Paints one defect into a picture: on the pixels of the region and their soft rim, inside the enlarged mask of
 * contract 6.1 and its window; every other pixel stays as it is. By what the place shows and what is known of the type
 * the method is: material turned (bare boards), the picture of a specimen, or the physics of the name. Throws
 * `mask_fills_image` where the mask leaves too little around it.
 */
export function paintDefect(
  image: Pixels,
  region: Mask,
  window: Box,
  type: TypeKnowledge,
  settings: Settings,
  random: Random,
): Painted {
  const drawn = !type.specimens.some((e) => e.picture);
  checkRoom(region, type.anomaly, kindOf(type.anomaly), drawn);
  const box = grown(window, SURROUNDINGS, image);
  const local = cropPixels(image, box);
  const g: Ground = {
    image: local,
    planes: channelsOf(local),
    grey: grey(local),
    region: cropMask(region, box),
    allowed: cropMask(enlargedMask(region, window), box),
    random,
    settings,
  };
  const paint = paintGround(g, type);
  const data = Uint8Array.from(image.data);
  const may = intersect(paint.touched, g.allowed);
  const { channels } = image;
  const touched = mask(image.width, image.height);
  let changed = 0;
  for (let i = 0; i < may.data.length; i++) {
    if (!may.data[i]) continue;
    const pixel = (box.y + Math.floor(i / box.width)) * image.width + box.x + (i % box.width);
    const at = pixel * channels;
    touched.data[pixel] = 1;
    let differs = false;
    for (let c = 0; c < channels; c++) {
      const value = clampByte(paint.planes[c]!.data[i]!);
      if (value !== data[at + c]) differs = true;
      data[at + c] = value;
    }
    if (differs) changed++;
  }
  return {
    image: { ...image, data },
    painter: paint.painter,
    ...(paint.specimen === undefined ? {} : { specimen: paint.specimen }),
    touched,
    changed,
  };
}

function paintGround(g: Ground, type: TypeKnowledge): Paint {
  const kind = kindOf(type.anomaly);
  const pictured = type.specimens.some((e) => e.picture);
  if (kind?.is === "conductor") {
    // Pure materials say more than a specimen from another place; on mixed ground a specimen says more.
    const pure = otsu(histogram(g.grey.data)).separability >= 0.9;
    const turn = (): Paint | undefined =>
      changeMaterial(g, {
        adds: kind.archetype.addsConductor,
        conductorIsDark: type.conductorIsDark ?? darkConductor(g),
      });
    const solderOnParts = kind.archetype.addsConductor && kind.archetype.contacts === 2;
    // Solder is named, and in colour it is seen to be solder: copper that grows is a fault of bare boards.
    const bridge = solderOnParts && /bridge|solder/i.test(type.anomaly) && coloured(g);
    if (bridge && !pictured) return solder(g, { bridge });
    if ((pure && !bridge) || (!pictured && !solderOnParts)) {
      const turned = turn();
      if (turned) return turned;
    }
    if (pictured) return transplant(g, type.specimens) as Paint;
    if (solderOnParts) return solder(g, { bridge: true });
    return turn() ?? nothing(g);
  }
  if (pictured) return transplant(g, type.specimens) as Paint;
  return byPhysics(g, kind, /bridge|whisker/i.test(type.anomaly));
}

function byPhysics(g: Ground, kind: Exclude<Kind, { is: "conductor" }> | undefined, bridge: boolean): Paint {
  switch (kind?.is) {
    case "solder":
      return solder(g, { bridge });
    case "less_solder":
      return lessSolder(g);
    case "missing":
      return missing(g);
    case "scratch":
    case "crack":
    case "pit":
      return relief(g, kind.is);
    case "discoloration":
    case "stain":
      return tint(g, kind.is);
    default:
      return tint(g, "stain");
  }
}

/** Nothing of the region can be turned: the picture stays, and says so. */
function nothing(g: Ground): Paint {
  return { planes: g.planes, touched: mask(g.grey.width, g.grey.height), painter: "none" };
}

function grown(box: Box, by: number, image: Pixels): Box {
  const x = Math.max(0, box.x - by);
  const y = Math.max(0, box.y - by);
  return {
    x,
    y,
    width: Math.min(image.width, box.x + box.width + by) - x,
    height: Math.min(image.height, box.y + box.height + by) - y,
  };
}
