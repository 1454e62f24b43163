import { isPicture, samePixels, stemOf, type Tree, tellMissing } from "./folder.js";
import { checkEdited, checkFrames } from "./render.js";

/** `structural_defect/` and `structural_defect_edited/` (dig 1.7). Returns counts for the summary. */
export async function checkStructural(tree: Tree): Promise<Readonly<Record<string, number>>> {
  const frames = await checkFrames(tree, "structural_defect/trigger_0000", { names: "number", boxes: true });
  tellMissing(
    tree,
    "structural_defect",
    ["render_config.yaml", "pcba_target.yaml"],
    await tree.files("structural_defect"),
  );
  const counts: Record<string, number> = { frames };
  const pairs: { to: string; from: string }[] = [];
  for (const mode of await tree.folders("structural_defect/cropped")) {
    const folder = `structural_defect/cropped/${mode}`;
    const kinds = await tree.folders(folder);
    tellMissing(tree, folder, ["rgb", "semantic_segmentation", "component_instance"], kinds);
    const pictures = (await tree.files(`${folder}/rgb`)).filter(isPicture);
    const odd = pictures.filter((name) => !/^frame\d{4,}_.+\.png$/.test(name));
    if (odd.length > 0)
      tree.error(
        "tree_name",
        `${folder}/rgb/${odd[0]} is not named frame<FFFF>_<prim>.png`,
        "Crop again.",
        folder,
      );
    tellMissing(
      tree,
      `${folder}/semantic_segmentation`,
      pictures,
      await tree.files(`${folder}/semantic_segmentation`),
    );
    for (const name of pictures) {
      await samePixels(tree, `${folder}/rgb/${name}`, `${folder}/semantic_segmentation/${name}`);
      pairs.push({ to: `${mode}/rgb/${stemOf(name)}`, from: `${folder}/rgb/${name}` });
    }
    counts[mode] = pictures.length;
  }
  if (pairs.length === 0)
    tree.error(
      "tree_stage_empty",
      "structural_defect/cropped has no crop",
      "Render more frames.",
      "structural_defect/cropped",
    );
  else counts.restyled = await checkEdited(tree, "structural_defect_edited", pairs);
  return counts;
}
