import { type Tree, tellMissing } from "./folder.js";
import { checkEdited, checkFrames, checkRoiCrops } from "./render.js";

/** `usd2roi-components/` and `augment/` (dig 1.3, 1.4). */
export async function checkDay0(tree: Tree): Promise<Readonly<Record<string, number>>> {
  const frames = await checkFrames(tree, "usd2roi-components/trigger_0000", { names: "grid", boxes: false });
  tellMissing(
    tree,
    "usd2roi-components",
    ["pcba_target.yaml", "day0_image.yaml", "day0_crop.yaml"],
    await tree.files("usd2roi-components"),
  );
  const crops = await checkRoiCrops(tree, "usd2roi-components/crop", { cells: true });
  const restyled =
    crops.length === 0
      ? 0
      : await checkEdited(
          tree,
          "augment",
          crops.map(({ group, cell, stem, file }) => ({ to: `crop/${group}/${cell}/${stem}`, from: file })),
        );
  const counts: Record<string, number> = { frames, crops: crops.length, restyled };
  return counts;
}
