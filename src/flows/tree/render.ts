import { readJson } from "../../kit/files.js";
import { isPicture, samePixels, some, stemOf, type Tree, tellForeign, tellMissing } from "./folder.js";

const GRID = /^rgb_(x\d+_y\d+)\.png$/;
const NUMBERED = /^rgb_(\d{4,})\.png$/;

/** `trigger_0000` of a render: every frame has its labels (dig 1.3, 1.7). Returns the number of frames. */
export async function checkFrames(
  tree: Tree,
  folder: string,
  o: Readonly<{ names: "grid" | "number"; boxes: boolean }>,
): Promise<number> {
  const files = await tree.files(folder);
  const pattern = o.names === "grid" ? GRID : NUMBERED;
  const ids = files.flatMap((name) => pattern.exec(name)?.[1] ?? []);
  if (ids.length === 0) {
    tree.error(
      "tree_stage_empty",
      `${folder} has no frame ${o.names === "grid" ? "rgb_x<i>_y<j>.png" : "rgb_<FFFF>.png"}`,
      "Render first.",
      folder,
    );
    return 0;
  }
  const wanted = ids.flatMap((id) => [
    `semantic_segmentation_${id}.png`,
    `semantic_segmentation_labels_${id}.json`,
    ...(o.boxes
      ? [
          `bounding_box_2d_tight_${id}.npy`,
          `bounding_box_2d_tight_labels_${id}.json`,
          `bounding_box_2d_tight_prim_paths_${id}.json`,
        ]
      : []),
  ]);
  tellMissing(tree, folder, [...wanted, "metadata.json"], files);
  return ids.length;
}

/** One crop of a tree: its material or mode, cell and file stem. */
export type TreeCrop = Readonly<{ group: string; cell: string; stem: string; file: string }>;

/**
 * `crop/<MAT>[/<cell>]/{normal_img,cad_mask}` (dig 1.3, 1.8): numbers run from 0001, every crop has a CAD mask of its size,
 * and the labels lie at the top.
 */
export async function checkRoiCrops(
  tree: Tree,
  folder: string,
  o: Readonly<{ cells: boolean }>,
): Promise<readonly TreeCrop[]> {
  const crops: TreeCrop[] = [];
  for (const group of await tree.folders(folder)) {
    if (group === "bridge") continue;
    const cells = o.cells ? await tree.folders(`${folder}/${group}`) : [""];
    if (o.cells && cells.includes("normal_img"))
      tree.error(
        "tree_level_missing",
        `${folder}/${group} has no cell level`,
        "Day 0 crops lie in <MAT>/<cell>/normal_img.",
        `${folder}/${group}`,
      );
    for (const cell of cells) {
      if (o.cells && (cell === "normal_img" || cell === "cad_mask")) continue;
      crops.push(
        ...(await checkCell(tree, [folder, group, ...(o.cells ? [cell] : [])].join("/"), group, cell)),
      );
    }
  }
  if (crops.length === 0)
    tree.error("tree_stage_empty", `${folder} has no normal_img/*.png`, "Crop first.", folder);
  await checkLabels(tree, `${folder}/semantic_segmentation_labels.json`);
  return crops;
}

async function checkCell(
  tree: Tree,
  folder: string,
  group: string,
  cell: string,
): Promise<readonly TreeCrop[]> {
  const pictures = (await tree.files(`${folder}/normal_img`)).filter((name) => /\.png$/i.test(name));
  const masks = await tree.files(`${folder}/cad_mask`);
  const stems = pictures.map(stemOf);
  const numbers = stems.map((_, i) => String(i + 1).padStart(4, "0"));
  if (stems.join() !== numbers.join())
    tree.error(
      "tree_numbers",
      `${folder}/normal_img is not numbered from 0001 on: ${some(stems)}`,
      "Crop again.",
      folder,
    );
  tellMissing(
    tree,
    `${folder}/cad_mask`,
    stems.map((stem) => `${stem}_cad_mask.png`),
    masks,
  );
  for (const stem of stems)
    if (masks.includes(`${stem}_cad_mask.png`))
      await samePixels(tree, `${folder}/normal_img/${stem}.png`, `${folder}/cad_mask/${stem}_cad_mask.png`);
  return stems.map((stem) => ({ group, cell, stem, file: `${folder}/normal_img/${stem}.png` }));
}

/** A map of `"(r, g, b, a)"` to labels (dig 1.3). */
export async function checkLabels(tree: Tree, file: string): Promise<void> {
  const json = await readJson(tree.at(file)).catch((error: unknown) => error);
  if (json instanceof Error) {
    tree.error("tree_labels", `${file}: ${json.message}`, "Crop again.", file);
    return;
  }
  const keys = Object.keys((json ?? {}) as object);
  const bad = keys.filter((key) => !/^\(\d+,\s*\d+,\s*\d+,\s*\d+\)$/.test(key));
  if (keys.length === 0 || bad.length > 0)
    tree.error(
      "tree_labels",
      keys.length === 0 ? `${file} names no colour` : `${file}: ${some(bad)} is no "(r, g, b, a)"`,
      "Crop again.",
      file,
    );
}

/**
 * Restyled pictures: one for each of `wanted` (paths without extension), in one format, of the same size as what they
 * were made from (dig 1.4).
 */
export async function checkEdited(
  tree: Tree,
  folder: string,
  wanted: readonly Readonly<{ to: string; from: string }>[],
): Promise<number> {
  const byFolder = new Map<string, Readonly<{ stem: string; from: string }>[]>();
  for (const { to, from } of wanted) {
    const at = to.lastIndexOf("/");
    const list = byFolder.get(to.slice(0, at)) ?? [];
    byFolder.set(to.slice(0, at), [...list, { stem: to.slice(at + 1), from }]);
  }
  const formats = new Set<string>();
  let found = 0;
  for (const [below, list] of byFolder) {
    const files = (await tree.files(`${folder}/${below}`)).filter(isPicture);
    const known = new Map(files.map((name) => [stemOf(name), name]));
    const lost = list.filter(({ stem }) => !known.has(stem)).map(({ stem }) => stem);
    if (lost.length > 0)
      tree.error(
        "tree_file_missing",
        `${folder}/${below} lacks ${some(lost)}`,
        "Run the flow again; it restyles what is missing.",
        `${folder}/${below}`,
      );
    tellForeign(
      tree,
      `${folder}/${below}`,
      files.filter((name) => !list.some(({ stem }) => stem === stemOf(name))),
      "restyled from a crop",
    );
    for (const { stem, from } of list) {
      const name = known.get(stem);
      if (!name) continue;
      found++;
      formats.add(name.slice(name.lastIndexOf(".")));
      await samePixels(tree, from, `${folder}/${below}/${name}`);
    }
  }
  if (formats.size > 1)
    tree.error(
      "tree_formats",
      `${folder} mixes ${[...formats].sort().join(" and ")}`,
      "Restyle everything with one cookbook.",
      folder,
    );
  if (found === 0)
    tree.error("tree_stage_empty", `${folder} has no restyled picture`, "Run the image-edit step.", folder);
  return found;
}
