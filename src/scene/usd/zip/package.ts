import { unzipSync } from "fflate";
import { dataError } from "../../../kit/errors.js";
import { LIMITS } from "../limits.js";

/** The files of a `.usdz`, read one by one. */
export type Package = Readonly<{
  file: string;
  /** In archive order: the first one is the root layer. */
  names: readonly string[];
  has: ReadonlySet<string>;
  read: (name: string) => Uint8Array;
}>;

/**
 * Opens a `.usdz`. Stored and deflated entries are read; alignment is not asked for. Entries that unpack to absurd
 * sizes are refused before a byte is unpacked. Throws `usdz_damaged`, `usdz_too_large` or `usdz_bad_name`.
 */
export function openPackage(file: string, bytes: Uint8Array): Package {
  const names: string[] = [];
  let total = 0;
  unzip(file, bytes, (entry) => {
    if (entry.name.endsWith("/")) return false;
    if (/^[/\\]|(?:^|[/\\])\.\.(?:[/\\]|$)|\0/.test(entry.name))
      throw dataError("usdz_bad_name", `the entry "${entry.name}" leaves the package`, HINT, { file });
    total += entry.originalSize;
    if (total > LIMITS.unpackedBytes || entry.originalSize > LIMITS.unpackedRatio * (entry.size + 1024))
      throw dataError(
        "usdz_too_large",
        `the entry "${entry.name}" would unpack to ${entry.originalSize} bytes`,
        "A real scene does not pack like this: refuse the file, or repack it without compression.",
        { file },
      );
    names.push(entry.name);
    return false;
  });
  if (names.length === 0) throw dataError("usdz_damaged", "the package holds no files", HINT, { file });
  return {
    file,
    names,
    has: new Set(names),
    read: (name) => {
      let size = -1;
      const all = unzip(file, bytes, (entry) => {
        if (entry.name !== name) return false;
        size = entry.originalSize;
        return true;
      });
      const found = all[name];
      if (found?.length !== size)
        throw dataError("usdz_damaged", `the package has no readable "${name}"`, HINT, { file });
      return found;
    },
  };
}

const HINT = "Copy or export the package again.";

type Entry = Readonly<{ name: string; size: number; originalSize: number; compression: number }>;

function unzip(
  file: string,
  bytes: Uint8Array,
  filter: (entry: Entry) => boolean,
): Record<string, Uint8Array> {
  let count = 0;
  try {
    return unzipSync(bytes, {
      filter: (entry) => {
        if (++count > LIMITS.packageEntries) throw new Error("it lists too many files");
        if (entry.compression !== 0 && entry.compression !== 8)
          throw new Error(`"${entry.name}" is packed by an unknown method`);
        if (entry.compression === 0 && entry.size !== entry.originalSize)
          throw new Error(`the sizes of "${entry.name}" contradict each other`);
        return filter(entry);
      },
    });
  } catch (error) {
    if (error instanceof Error && error.name === "ReflowError") throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw dataError("usdz_damaged", `${file} is no whole zip archive: ${why}`, HINT, { file });
  }
}
