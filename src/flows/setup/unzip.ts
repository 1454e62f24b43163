import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { unzipSync } from "fflate";
import { dataError } from "../../kit/errors.js";
import { joinInside, requireFile } from "../../kit/files.js";

/** Archives are read in one piece. */
const LARGEST = 1.9 * 1024 ** 3;

/** Unpacks a zip into a new folder of passing use (no fsync); entries that would leave it are refused. Throws `zip_invalid`, `zip_too_large`. */
export async function unzip(file: string, folder: string): Promise<void> {
  await requireFile(file);
  if ((await stat(file)).size > LARGEST)
    throw dataError("zip_too_large", `${file} is larger than 1.9 GiB`, "Unpack it and name the folder.", {
      file,
    });
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(await readFile(file));
  } catch (error) {
    throw dataError(
      "zip_invalid",
      `${file} is no readable zip: ${(error as Error).message}`,
      "Fetch or export it again.",
      { file },
    );
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(entries))
    if (!name.endsWith("/")) {
      const target = joinInside(folder, name);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
}

/** All files below a folder, relative, with `/`, sorted. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const out: string[] = [];
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const full = path.join(at, entry.name);
      if (entry.isDirectory()) await walk(full);
      else if (
        entry.isFile() ||
        (entry.isSymbolicLink() && (await stat(full).catch(() => undefined))?.isFile())
      )
        out.push(path.relative(folder, full).split(path.sep).join("/"));
    }
  };
  await walk(folder);
  return out.sort();
}
