import { type Problem, ReflowError } from "../../kit/errors.js";
import type { Board, Family, Placement, Polygon } from "../board/board.js";
import { outlineAround, outlineFrom } from "../board/outline.js";
import { type ProblemLog, problemLog } from "../board/problem-log.js";
import { type Bounds, polygonBounds, union } from "../planar/index.js";
import { alignPlacements } from "./align.js";
import { assignLands, type Reach } from "./assign.js";
import type { CentroidRow } from "./centroid.js";
import { readDrills } from "./drills.js";
import type { Role } from "./identify.js";
import type { GerberImage, GerberObject } from "./image.js";
import { findLands, type Land } from "./lands.js";
import { parseGerber } from "./parse.js";
import { centrelines, plot } from "./plot.js";
import { layerFile, type RawFile, requireTop, type Sources, sortFiles } from "./sources.js";

const USUAL_THICKNESS = 1.6;

/**
 * Builds a board from fabrication files: Gerber layers, drills, a placement table, a bill of materials. `reach` tells how
 * far a package's pins extend. A layer that ends too early or cannot be read gives no board.
 */
export function readFabrication(
  files: readonly RawFile[],
  o: { name: string; where: string; reach: Reach },
): { board?: Board; problems: Problem[] } {
  const log = problemLog();
  try {
    return { board: assemble(files, o, log), problems: log.problems() };
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    const { code, message, hint, where } = error;
    const fatal: Problem = { code, severity: "error", message, hint, ...(where ? { where } : {}) };
    return { problems: [fatal, ...log.problems().filter((p) => p.code !== code || p.message !== message)] };
  }
}

function assemble(
  files: readonly RawFile[],
  o: { name: string; where: string; reach: Reach },
  log: ProblemLog,
): Board {
  const sources = sortFiles(files, log);
  requireTop(
    sources,
    o.where,
    files.map((f) => f.name),
  );
  const copperImage = readLayer(sources, "copper_top", log);
  const maskImage = readLayer(sources, "mask_top", log);
  const silkImage = readLayer(sources, "silk_top", log);
  const outlineImage = readLayer(sources, "outline", log);
  const copper = copperImage ? plot(copperImage.objects) : [];
  const outline = boardOutline(outlineImage, copper, maskImage, o.where, log);
  const box = polygonBounds([outline]);
  const drills = readDrills(sources, copperImage?.objects ?? [], box, log);
  if (drills.length === 0) missing("drill files", "the board has no holes", "drill", o.where, log);
  const openings = maskImage ? plot(maskImage.objects) : guessedOpenings(sources, copperImage, o.where, log);
  if (!silkImage) missing("top legend", "no text is printed", "silk_top", o.where, log, "info");
  const silk = silkImage ? plot(silkImage.objects) : [];
  const lands = findLands(copper, openings, drills, copperImage?.objects ?? []);
  const placements = placeParts(sources, lands, box, o, log);
  return {
    name: o.name,
    outline,
    thickness: sources.thickness ?? USUAL_THICKNESS,
    copper,
    maskOpenings: openings,
    silk,
    drills,
    placements,
  };
}

/** Throws the file's own error when it cannot be read. */
function readLayer(sources: Sources, role: Role, log: ProblemLog): GerberImage | undefined {
  const file = layerFile(sources, role, log);
  if (!file) return undefined;
  const { image, problems } = parseGerber(file.text, file.name);
  if (!image) {
    const [fatal, ...rest] = problems;
    for (const p of rest) log.add(p.severity, p.code, p.message, p.hint, p.where);
    throw new ReflowError("data", fatal.code, fatal.message, fatal.hint, { where: fatal.where });
  }
  for (const p of problems) log.add(p.severity, p.code, p.message, p.hint, p.where);
  return image;
}

function missing(
  what: string,
  effect: string,
  role: string,
  where: string,
  log: ProblemLog,
  severity: Problem["severity"] = "warning",
): void {
  log.add(
    severity,
    "layer_missing",
    `no ${what} (${role}): ${effect}`,
    "Add the file, or rename it after its layer (see docs/import.md).",
    { file: where },
  );
}

function boardOutline(
  image: GerberImage | undefined,
  copper: readonly Polygon[],
  mask: GerberImage | undefined,
  where: string,
  log: ProblemLog,
): Polygon {
  if (image) {
    const found = outlineFrom(centrelines(image.objects), log, { file: image.file });
    if (found) return found;
  }
  const around = polygonBounds([...copper, ...(mask ? plot(mask.objects) : [])]);
  if (!around)
    throw new ReflowError(
      "data",
      "board_empty",
      "the board has neither an outline nor anything on it",
      "Export the Gerber files again, or name another folder.",
      { where: { file: where } },
    );
  log.add(
    "warning",
    "outline_missing",
    image
      ? "the outline layer draws no closed line; a rectangle around the copper is taken"
      : "there is no outline layer; a rectangle around the copper is taken",
    "Export the board outline (profile, Edge.Cuts, .gko, .gm1) with the other layers.",
    { file: image?.file ?? where },
  );
  return outlineAround(around);
}

/** Without a mask layer: what the paste layer opens, else what copper flashes as pads. */
function guessedOpenings(
  sources: Sources,
  copper: GerberImage | undefined,
  where: string,
  log: ProblemLog,
): Polygon[] {
  missing("top solder mask", "openings are guessed from paste and pads", "mask_top", where, log);
  const paste = readLayer(sources, "paste_top", log);
  const pads = (copper?.objects ?? []).filter((object) => object.kind === "flash" && isPad(object));
  return union([...(paste ? plot(paste.objects) : []), ...plot(pads)]);
}

function isPad(object: GerberObject): boolean {
  const use = object.function;
  return use === undefined || (/pad/i.test(use) && !/via/i.test(use));
}

function placeParts(
  sources: Sources,
  lands: readonly Land[],
  box: Bounds | undefined,
  o: { where: string; reach: Reach },
  log: ProblemLog,
): readonly Placement[] {
  const rows = sources.centroid.length > 0 ? sources.centroid : namedParts(lands, o.where, log);
  if (rows.length === 0) {
    log.add(
      "warning",
      "no_components",
      sources.unread.length > 0
        ? `no placement file could be read (tables that are none: ${sources.unread.join(", ")}): the board will be rendered bare`
        : "there is no placement file: the board will be rendered bare",
      "Add the pick-and-place (centroid) file to the folder, with columns for reference, x, y, rotation and side.",
      { file: o.where },
    );
    return [];
  }
  const shift = sources.centroid.length > 0 ? alignPlacements(rows, lands, box) : undefined;
  if (shift) noteShift(shift, sources.centroidFiles[0], log);
  const by = shift?.by ?? [0, 0];
  const parts = rows.map((row): Placement => joined(row, by, sources, log));
  if (sources.bom && sources.bomFile) noteUnplaced(sources.bom, rows, sources.bomFile, log);
  const done = assignLands(parts, lands, o.reach);
  noteAssigned(done, sources.centroidFiles[0] ?? o.where, log);
  return done.placements;
}

/** Placement from X2 pin names alone: place known, rotation not. */
function namedParts(lands: readonly Land[], where: string, log: ProblemLog): CentroidRow[] {
  const boxes = new Map<string, Bounds>();
  for (const { component, box } of lands) {
    if (component === undefined) continue;
    const b = boxes.get(component) ?? box;
    boxes.set(component, {
      minX: Math.min(b.minX, box.minX),
      minY: Math.min(b.minY, box.minY),
      maxX: Math.max(b.maxX, box.maxX),
      maxY: Math.max(b.maxY, box.maxY),
    });
  }
  if (boxes.size > 0)
    log.add(
      "warning",
      "centroid_missing",
      `there is no placement file; ${boxes.size} components are placed by the pin names in the copper layer, unturned`,
      "Add the pick-and-place (centroid) file to the folder.",
      { file: where },
    );
  return [...boxes].map(([ref, b]) => ({
    ref,
    x: (b.minX + b.maxX) / 2,
    y: (b.minY + b.maxY) / 2,
    rotation: 0,
    side: "top",
    value: "",
    footprint: "",
    line: 0,
  }));
}

function joined(
  row: CentroidRow,
  by: readonly [number, number],
  sources: Sources,
  log: ProblemLog,
): Placement {
  const entry = sources.bom?.get(row.ref);
  if (sources.bom && !entry)
    log.add(
      "warning",
      "centroid_without_bom",
      `"${row.ref}" is placed but not in the bill of materials; it is taken as ${row.footprint || "an unknown package"}`,
      "Add it to the bill, or remove it from the placement file when it is not fitted.",
      { file: sources.centroidFiles[0], row: row.line },
    );
  const footprint = row.footprint !== "" ? row.footprint.replace(/^.*:/, "") : (entry?.footprint ?? "");
  const value = row.value !== "" ? row.value : (entry?.value ?? "");
  const turned = ((row.rotation % 360) + 360) % 360;
  const family: Family | undefined = /^(FID|MH|TP|H)\d*$|fiducial|mounting_?hole|test_?point/i.test(
    `${row.ref}`,
  )
    ? "none"
    : undefined;
  return {
    ref: row.ref,
    value,
    footprint,
    at: [row.x + by[0], row.y + by[1]],
    rotation: turned > 180 ? turned - 360 : turned,
    side: row.side,
    pads: [],
    ...(entry && entry.footprint !== "" && entry.footprint !== footprint ? { hints: [entry.footprint] } : {}),
    ...(family ? { family } : {}),
    ...(entry?.absent ? { absent: true } : {}),
  };
}

function noteShift(
  shift: ReturnType<typeof alignPlacements>,
  file: string | undefined,
  log: ProblemLog,
): void {
  const where = file === undefined ? undefined : { file };
  if (shift.from === "unknown")
    log.add(
      "warning",
      "centroid_misaligned",
      "the placements fit neither the pads nor the outline; they are taken as they are",
      "Export Gerber and placement files with the same origin.",
      where,
    );
  else if (shift.from !== "none")
    log.add(
      "warning",
      "centroid_shifted",
      `placements have another origin than the Gerber files: shifted by ${shift.by.map((v) => v.toFixed(3)).join(", ")} mm, found by ${shift.from}; ${shift.agree} of ${shift.of} placements agree`,
      "Compare the picture with the board; export all files with the same origin to be sure.",
      where,
    );
}

function noteUnplaced(
  bom: NonNullable<Sources["bom"]>,
  rows: readonly CentroidRow[],
  file: string,
  log: ProblemLog,
): void {
  const placed = new Set(rows.map((r) => r.ref));
  for (const [ref, entry] of bom)
    if (!placed.has(ref) && !entry.absent)
      log.add(
        "warning",
        "bom_without_centroid",
        `"${ref}" is in the bill of materials but has no placement; it is left out`,
        "Export the placements of through-hole parts too.",
        { file, row: entry.line },
      );
}

function noteAssigned(done: ReturnType<typeof assignLands>, file: string, log: ProblemLog): void {
  if (done.padless.length > 0)
    log.add(
      "warning",
      "component_without_pads",
      `${done.padless.length} components have no pads under them: ${listed(done.padless)}`,
      "Check the origin and the unit of the placement file, and the names of the footprints.",
      { file },
    );
  if (done.turned.length > 0)
    log.add(
      "warning",
      "rotation_ambiguous",
      `${done.turned.length} two-pin parts lie across the rotation that is written; they follow their pads: ${listed(done.turned)}`,
      "Tools disagree on what 0° means: check polarised parts against the board.",
      { file },
    );
}

function listed(refs: readonly string[]): string {
  return refs.length > 8 ? `${refs.slice(0, 8).join(", ")}, …` : refs.join(", ");
}
