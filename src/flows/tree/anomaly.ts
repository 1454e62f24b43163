import { readFile } from "node:fs/promises";
import { streamCsv } from "../../kit/csv.js";
import { ReflowError } from "../../kit/errors.js";
import { samePixels, some, type Tree, tellMissing } from "./folder.js";

/** Columns of `SDG_result.csv` (dig 1.5). */
const COLUMNS =
  "output_filename,image_filename,mask_filename,anomaly_type,guidance,num_steps,seed,num_generated_images,crop_and_paste,crop_grid_X,crop_grid_Y,crop_ratio,poisson_blend,shift_values,rotation_angle,morph_operation,PSNR,index,guardrail_pass".split(
    ",",
  );
const NAME = /^(.+\+.+)_(\d{5})\.png$/;

/** `anomaly/inference/` and its sibling in the DAFT layout (dig 1.5, C1). */
export async function checkAnomaly(tree: Tree): Promise<Readonly<Record<string, number>>> {
  const folder = (await tree.has("anomaly/inference")) ? "anomaly/inference" : "anomaly";
  const pictures = await tree.files(`${folder}/reconstructed_image`);
  const counts: Record<string, number> = { generated: pictures.length };
  if (pictures.length === 0) {
    tree.error("tree_stage_empty", `${folder}/reconstructed_image is empty`, "Run the flow again.", folder);
    return counts;
  }
  const odd = pictures.filter((name) => !NAME.test(name));
  if (odd.length > 0)
    tree.error(
      "tree_name",
      `${folder}/reconstructed_image: ${some(odd)} is not named <MAT>+<defect>_<00000>.png`,
      "Run the flow again.",
      folder,
    );
  await checkCounting(tree, folder, pictures);
  for (const kind of ["original_image", "original_mask"]) {
    const names = await tree.files(`${folder}/${kind}`);
    tellMissing(tree, `${folder}/${kind}`, pictures, names);
    for (const name of pictures)
      if (names.includes(name))
        await samePixels(tree, `${folder}/reconstructed_image/${name}`, `${folder}/${kind}/${name}`);
  }
  for (const kind of ["annotated_image", "cropped_image", "cropped_mask"]) {
    const names = await tree.files(`${folder}/${kind}`);
    const lost = pictures.filter((p) => !names.some((n) => n.startsWith(`${p.slice(0, -4)}_`)));
    if (lost.length > 0)
      tree.error(
        "tree_file_missing",
        `${folder}/${kind} has nothing of ${some(lost)}`,
        "Run the flow again.",
        `${folder}/${kind}`,
      );
  }
  await checkTable(tree, folder, pictures, counts);
  if (folder === "anomaly/inference") await checkDaft(tree, pictures.length);
  return counts;
}

/** Numbers count from 0 in each defect type. What a run refused to paint keeps its number and leaves a gap. */
async function checkCounting(tree: Tree, folder: string, pictures: readonly string[]): Promise<void> {
  const numbers = new Map<string, number[]>();
  for (const name of pictures) {
    const [, type, digits] = NAME.exec(name) ?? [];
    if (type !== undefined) numbers.set(type, [...(numbers.get(type) ?? []), Number(digits)]);
  }
  const gaps = [...numbers].map(([type, list]) => ({ type, gaps: Math.max(...list) + 1 - list.length }));
  if (gaps.reduce((sum, g) => sum + g.gaps, 0) <= (await refusedOf(tree))) return;
  for (const { type } of gaps.filter((g) => g.gaps > 0))
    tree.error(
      "tree_numbers",
      `${folder}: ${type} is not numbered from 00000 on without gaps`,
      "Run the flow again.",
      folder,
    );
}

/** Pictures that the run's own result says were refused; 0 in trees without one. */
async function refusedOf(tree: Tree): Promise<number> {
  try {
    const { accounts } = JSON.parse(await readFile(tree.at("result.json"), "utf8"));
    const all = (accounts as { of: string; allocated?: number; generated?: number }[]).find(
      (a) => a.of === "defects",
    );
    return Math.max(0, Number(all?.allocated ?? 0) - Number(all?.generated ?? 0)) || 0;
  } catch {
    return 0;
  }
}

async function checkTable(
  tree: Tree,
  folder: string,
  pictures: readonly string[],
  counts: Record<string, number>,
): Promise<void> {
  const file = `${folder}/SDG_result.csv`;
  let header: readonly string[] = [];
  const rows: (readonly string[])[] = [];
  try {
    await streamCsv(
      tree.at(file),
      (names) => {
        header = names;
      },
      ({ cells }) => rows.push(cells),
    );
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    tree.error(
      error.code === "file_missing" ? "tree_file_missing" : error.code,
      error.message,
      "Run the flow again.",
      file,
    );
    return;
  }
  const lost = COLUMNS.filter((name) => !header.includes(name));
  if (lost.length > 0)
    tree.error("tree_columns", `${file} lacks the columns ${some(lost)}`, "Run the flow again.", file);
  const at = header.indexOf("output_filename");
  const named = new Set(rows.map((row) => (row[at] ?? "").split("/").at(-1)));
  if (rows.length !== pictures.length || pictures.some((name) => !named.has(name)))
    tree.error(
      "tree_rows",
      `${file} has ${rows.length} rows for ${pictures.length} pictures`,
      "Rows and pictures must agree; run the flow again.",
      file,
    );
  const passed = header.indexOf("guardrail_pass");
  const type = header.indexOf("anomaly_type");
  for (const row of rows) {
    const name = row[type] ?? "";
    counts[name] = (counts[name] ?? 0) + 1;
    if (passed >= 0 && row[passed] === "0")
      counts["guardrail failures"] = (counts["guardrail failures"] ?? 0) + 1;
  }
}

async function checkDaft(tree: Tree, count: number): Promise<void> {
  const folder = "anomaly/inference_daft_v3";
  if (!(await tree.has(folder))) {
    tree.warn(
      "tree_stage_missing",
      `${folder} is not there`,
      "Some readers want it; run the flow again.",
      folder,
    );
    return;
  }
  const wanted = (ending: string) =>
    Array.from({ length: count }, (_, i) => `image_${String(i).padStart(6, "0")}${ending}`);
  tellMissing(tree, `${folder}/raw/rgb`, wanted(".png"), await tree.files(`${folder}/raw/rgb`));
  tellMissing(tree, `${folder}/raw/mask`, wanted(".png"), await tree.files(`${folder}/raw/mask`));
}
