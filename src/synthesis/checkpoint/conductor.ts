import path from "node:path";
import { decodeImage } from "../../kit/images.js";
import { grey, histogram, otsu, threshold } from "../../vision/index.js";
import { archetypeOf } from "../archetypes.js";
import type { LabelledType } from "../bank/labelled.js";
import type { BankItem } from "../bank/specimen.js";
import { LAYOUT } from "./layout.js";

/** Specimens that are asked at most. */
const MOST = 12;

/**
 * Whether conductor is the darker material, by vote of the specimens of a type known by name: lost conductor shows the
 * other material inside its mask. `null` for other types, and where the pictures do not show two materials.
 */
export async function conductorVote(
  root: string,
  type: LabelledType,
  items: readonly BankItem[],
): Promise<boolean | null> {
  const known = archetypeOf(type.anomaly);
  if (!known) return null;
  let votes = 0;
  const own = items.filter((i) => i.defectType === type.defectType && i.picture).slice(0, MOST);
  for (const item of own) {
    const picture = grey(await decodeImage(path.join(root, LAYOUT.bank, item.picture!)));
    const mask = threshold(grey(await decodeImage(path.join(root, LAYOUT.bank, item.mask), "gray")), 127);
    const { separability, level } = otsu(histogram(picture.data));
    if (separability < 0.7) continue;
    let light = 0;
    let n = 0;
    for (let i = 0; i < mask.data.length; i++)
      if (mask.data[i]) {
        n++;
        if (picture.data[i]! > level) light++;
      }
    const showsLight = light > n / 2;
    votes += known.addsConductor === showsLight ? -1 : 1;
  }
  return votes === 0 ? null : votes > 0;
}
