import { readJson } from "../../kit/files.js";
import { samePixels, type Tree, tellMissing } from "./folder.js";
import { checkRoiCrops } from "./render.js";

const PARAMS = ["scaleX", "scaleY", "rotation_deg", "tx", "ty", "mi_before", "mi_after"];

/** `usd2roi-day1/` (dig 1.8). */
export async function checkDay1(tree: Tree): Promise<Readonly<Record<string, number>>> {
  const sdg = await tree.files("usd2roi-day1/sdg");
  tellMissing(tree, "usd2roi-day1/sdg", ["rgb_0000.png", "semantic_segmentation_0000.png"], sdg);
  const aligned = await tree.files("usd2roi-day1/aligned");
  tellMissing(
    tree,
    "usd2roi-day1/aligned",
    [
      "ref_crop.png",
      "aligned_crop.png",
      "semantic_segmentation_0000.png",
      "params.json",
      "blink.gif",
      "sdg_crop_stats.json",
    ],
    aligned,
  );
  if (aligned.includes("aligned_crop.png") && aligned.includes("semantic_segmentation_0000.png"))
    await samePixels(
      tree,
      "usd2roi-day1/aligned/aligned_crop.png",
      "usd2roi-day1/aligned/semantic_segmentation_0000.png",
    );
  if (aligned.includes("params.json")) {
    const file = "usd2roi-day1/aligned/params.json";
    const params = (await readJson(tree.at(file)).catch(() => ({}))) as Record<string, unknown>;
    const lost = PARAMS.filter((key) => typeof params[key] !== "number");
    if (lost.length > 0)
      tree.error(
        "tree_params",
        `${file} lacks the numbers ${lost.join(", ")}`,
        "Register the photo again.",
        file,
      );
  }
  tellMissing(tree, "usd2roi-day1", ["usd2roi_day1.yaml"], await tree.files("usd2roi-day1"));
  const crops = await checkRoiCrops(tree, "usd2roi-day1/crop", { cells: false });
  return { crops: crops.length };
}
