import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { unzipSync } from "fflate";
import { dataError, explainWriteError, ReflowError } from "../../kit/errors.js";
import { joinInside, requireFile } from "../../kit/files.js";

/** Archives are read in one piece. */
const LARGEST = 1.9 * 1024 ** 3;
/** What all their files may need in memory: 4 GiB; a zip says this number of any larger file, too. */
const LARGEST_UNPACKED = 0xffff_ffff;

/** Unpacks a zip into a new folder of passing use (no fsync); entries that would leave it are refused. Throws `zip_invalid`, `zip_too_large` and write errors. */
export async function unzip(file: string, folder: string): Promise<void> {
  await requireFile(file);
  const tooLarge = (what: string) =>
    dataError("zip_too_large", `${file} is too large: ${what}`, "Unpack it and name the folder.", { file });
  if ((await stat(file)).size > LARGEST) throw tooLarge("more than 1.9 GiB");
  let entries: Record<string, Uint8Array>;
  try {
    let size = 0;
    entries = unzipSync(await readFile(file), {
      filter: ({ originalSize }) => {
        size += originalSize;
        if (size >= LARGEST_UNPACKED) throw tooLarge("more than 4 GiB once unpacked");
        return true;
      },
    });
  } catch (error) {
    if (error instanceof ReflowError) throw error;
    throw dataError(
      "zip_invalid",
      `${file} is no readable zip: ${(error as Error).message}`,
      "Fetch or export it again.",
      { file },
    );
  }
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of Object.entries(entries))
      if (!name.endsWith("/")) {
        const target = joinInside(folder, name);
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, bytes);
      }
  } catch (error) {
    throw explainWriteError(error, folder);
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
