import { copyFile, link, rm } from "node:fs/promises";
import path from "node:path";
import { explainWriteError, isErrno } from "../../kit/errors.js";
import { writeFileAtomic, writeJsonAtomic } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";
import { FOLDERS } from "./make.js";
import { type Done, resultTable, sceneFolder } from "./table.js";

/** Day that stands in the records: outputs carry no clock, so that the same inputs give the same bytes. */
const DATE = "1970-01-01";

/** The sibling `<output>_daft_v3`: pictures, masks and one record each, numbered in processing order (contract 6.2). */
export async function writeScene(
  output: string,
  done: readonly Done[],
  sizes: ReadonlyMap<string, Readonly<{ width: number; height: number }>>,
): Promise<void> {
  const to = sceneFolder(output);
  await rm(to, { recursive: true, force: true });
  for (const [n, { job }] of done.entries()) {
    const id = `image_${String(n).padStart(6, "0")}`;
    const file = `${job.name}.png`;
    await same(path.join(output, FOLDERS.made, file), path.join(to, "raw", "rgb", `${id}.png`));
    await same(path.join(output, FOLDERS.mask, file), path.join(to, "raw", "mask", `${id}.png`));
    const [component, defect] = job.row.defectType.split("+") as [string, string];
    const size = sizes.get(job.name)!;
    await writeJsonAtomic(path.join(to, "contextual", `${id}.json`), {
      version: "3.0",
      image_id: id,
      format: "png",
      scenario_info: `${component},${defect},${file}`,
      metadata: {
        type: "image",
        date: DATE,
        description: `Synthetic ${defect} on ${component}`,
        license: "CC-BY-4.0",
      },
      height: size.height,
      width: size.width,
    });
  }
  await writeFileAtomic(path.join(to, "task", "SDG_result.csv"), resultTable(done));
}

/** The same file under a second name; a copy where links cannot be made. */
export async function same(from: string, to: string): Promise<void> {
  try {
    await makeFolder(path.dirname(to));
    try {
      await link(from, to);
    } catch (error) {
      if (isErrno(error, "EEXIST")) await rm(to);
      if (isErrno(error, "EEXIST")) await link(from, to);
      else if (isErrno(error, "EXDEV", "EPERM", "ENOTSUP", "EMLINK", "ENOSYS")) await copyFile(from, to);
      else throw error;
    }
  } catch (error) {
    throw explainWriteError(error, to);
  }
}
