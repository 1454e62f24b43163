import path from "node:path";
import { exists } from "../../kit/files.js";
import { decodeImage, writeImage } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { imagesIn } from "../../placement/index.js";
import { ANOMALY, type MadeRow } from "../anomaly/synthesise.js";
import { recaptured } from "./capture.js";
import type { WorkspaceRow } from "./tables.js";

const LIGHT = "SolderLight";

/**
 * Pairs out of generated defects: the clean picture is the golden, a second capture of the picture with the defect the
 * test; and for each clean picture a PASS pair of it with a second capture of itself. Copies the pictures to `images`.
 */
export async function anomalyPairs(
  o: Readonly<{
    output: string;
    dataset: string;
    images: string;
    made: readonly MadeRow[];
    board: string;
    seed: number;
  }>,
): Promise<readonly WorkspaceRow[]> {
  const rows: WorkspaceRow[] = [];
  const random = seeded(o.seed).fork("workspace");
  const put = async (
    object: string,
    golden: string,
    test: string,
    label: string,
    clean: string,
    material: string,
  ) => {
    const target = (folder: string) => path.join(o.images, folder, `${object}_${LIGHT}.png`);
    if (!(await exists(target("golden")))) await writeImage(target("golden"), await decodeImage(golden));
    const second = recaptured(await decodeImage(test), random.fork(object));
    if (!(await exists(target("test")))) await writeImage(target("test"), second);
    rows.push({
      test: "test",
      golden: "golden",
      object,
      label,
      group: `${material}/${clean}`,
      board: o.board,
      component: clean,
      type: material,
    });
  };
  for (const { name, image, type } of o.made) {
    const [material, defect] = type.split("+") as [string, string];
    const at = (kind: string) => path.join(o.output, ANOMALY, kind, name);
    await put(
      name.replace(/\.png$/, "").replace("+", "-"),
      at("original_image"),
      at("reconstructed_image"),
      defect,
      path.parse(image).name,
      material,
    );
  }
  const materials = new Set(o.made.map(({ type }) => type.split("+")[0] as string));
  for (const material of materials) {
    const folder = path.join(o.dataset, material, "clean_image");
    for (const file of await imagesIn(folder)) {
      const clean = path.parse(file).name;
      await put(
        `${material}-${clean}-pass`,
        path.join(folder, file),
        path.join(folder, file),
        "PASS",
        clean,
        material,
      );
    }
  }
  return rows;
}
