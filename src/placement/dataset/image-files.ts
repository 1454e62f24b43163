import { readdir } from "node:fs/promises";
import { isErrno } from "../../kit/errors.js";
import { explainReadError } from "../../kit/files.js";

const IMAGE = /\.(png|jpe?g|bmp)$/i;

/** Names of the pictures in a folder, sorted; none when there is no such folder. */
export async function imagesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => IMAGE.test(name)).sort();
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw explainReadError(error, folder);
  }
}
