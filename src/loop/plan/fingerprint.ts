import { stat } from "node:fs/promises";
import path from "node:path";
import type { PairRow } from "../../dataset/index.js";
import { hashFiles } from "../../engine/index.js";
import { exists, hashFile, hashText } from "../../kit/index.js";

/** Files hashed at once: enough to keep a disk busy. */
const PARALLEL = 16;

/** Adds the image files that rows name. Only names are kept, so a table can be let go before the next is read. */
export function collectFiles(rows: readonly PairRow[], files: Set<string>): void {
  for (const row of rows) {
    for (const file of row.test) files.add(file);
    for (const file of row.golden) files.add(file);
  }
}

/**
 * One hash over the content of the given images, each once, independent of their order. A missing file counts as
 * missing, so its later appearance changes the hash.
 */
export async function fingerprintImages(
  root: string,
  files: ReadonlySet<string>,
): Promise<{ files: number; sha256: string }> {
  const names = [...files].sort();
  const lines = new Array<string>(names.length);
  let next = 0;
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      while (next < names.length) {
        const i = next++;
        const file = names[i] as string;
        lines[i] = `${path.relative(root, file)} ${await contentOf(file)}`;
      }
    }),
  );
  return { files: names.length, sha256: hashText(lines.join("\n")) };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await hashFile(file);
  } catch (error) {
    return (error as { code?: string }).code === "file_missing" ? "missing" : "unreadable";
  }
}

/** Hash of a file, or of a folder's listing with sizes; undefined when it does not exist. */
export async function fingerprintPath(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  if ((await stat(file)).isDirectory()) {
    return hashText(
      JSON.stringify((await hashFiles([file])).map((f) => [path.relative(file, f.path), f.sha256])),
    );
  }
  return hashFile(file);
}

/** JSON with sorted keys: equal values, equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    typeof v === "object" && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : v,
  );
}
