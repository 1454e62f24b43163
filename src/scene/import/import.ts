import path from "node:path";
import { dataError, type Problem, ReflowError } from "../../kit/errors.js";
import type { Board } from "../board/board.js";
import { decodeText } from "../board/decode.js";
import { type RawFile, readFabrication } from "../gerber/index.js";
import { readKicadBoard } from "../kicad/index.js";
import { kindOf, readArchive, readBytes, readFolder } from "./files.js";
import { finished } from "./finish.js";
import { reachOf } from "./reach.js";

export type Imported = Readonly<{ board?: Board; problems: readonly Problem[] }>;

/**
 * Reads a board from a KiCad file (`.kicad_pcb`), or from a folder or `.zip` of fabrication files (Gerber, drills,
 * placements, bill of materials). What cannot be read is a problem of severity `error`, and there is no board then.
 */
export async function importBoard(target: string): Promise<Imported> {
  try {
    const { board, problems } = placedIn(target, await read(target));
    if (!board) return { problems };
    const done = finished(board, target);
    return { ...done, problems: [...problems, ...done.problems] };
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const { code, message, hint, where } = error;
    return placedIn(target, {
      problems: [{ code, severity: "error", message, hint, ...(where ? { where } : {}) }],
    });
  }
}

/** Files of a folder are known by their names in it: problems name them so that they can be opened. */
function placedIn(target: string, { board, problems }: Imported): Imported {
  const named = problems.map((p): Problem => {
    const file = p.where?.file;
    if (file === undefined || file === target || path.isAbsolute(file) || file.startsWith(target)) return p;
    return { ...p, where: { ...p.where, file: path.join(target, file) } };
  });
  return { ...(board ? { board } : {}), problems: named };
}

async function read(target: string): Promise<Imported> {
  if ((await kindOf(target)) === "folder")
    return fabrication(await withArchive(await readFolder(target), target), target);
  return /\.zip$/i.test(target) ? fabrication(await readArchive(target), target) : kicad(target);
}

/** Manufacturers take the layers as a .zip beside the placement file: where a folder holds just one, it is unpacked. */
async function withArchive(files: readonly RawFile[], folder: string): Promise<readonly RawFile[]> {
  const archives = files.filter((f) => /\.zip$/i.test(f.name));
  if (archives.length === 0 || files.some((f) => isLayer(f.name))) return files;
  if (archives.length > 1)
    throw dataError(
      "archives_ambiguous",
      `the folder holds ${archives.length} archives: ${archives
        .map((f) => f.name)
        .slice(0, 5)
        .join(", ")}`,
      "Keep the archive of one board, or unpack it into the folder.",
      { file: folder },
    );
  const inside = await readArchive(path.join(folder, archives[0].name));
  return [...files.filter((f) => f !== archives[0]), ...inside];
}

function isLayer(name: string): boolean {
  return /\.(gbr|ger|pho|art|g[tb][losp]|gko|gm\d*|cmp|sol|plc|stc)$/i.test(name);
}

async function kicad(file: string): Promise<Imported> {
  if (isLayer(file) || /\.(drl|xln)$/i.test(file))
    throw dataError(
      "single_layer",
      "this is one layer of a board",
      "Name the folder that holds all its Gerber files.",
      {
        file,
      },
    );
  const { text, lossy } = decodeText(await readBytes(file));
  const { board, problems } = readKicadBoard(text, file);
  if (!lossy || !board) return { ...(board ? { board } : {}), problems };
  const note: Problem = {
    code: "text_not_utf8",
    severity: "warning",
    message: "the file is not UTF-8; it is read as Windows Latin",
    hint: "Save the board again with KiCad if letters look wrong.",
    where: { file },
  };
  return { board, problems: [note, ...problems] };
}

function fabrication(files: readonly RawFile[], target: string): Imported {
  const name = path.basename(path.resolve(target)).replace(/\.zip$/i, "");
  return readFabrication(files, { name, where: target, reach: reachOf });
}
