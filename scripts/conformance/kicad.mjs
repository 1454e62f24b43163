// Imports real boards and compares what was read with what can be checked independently.
//
//   node scripts/conformance/kicad.mjs <board.kicad_pcb>… [--gerbers <folder>] [--plot] [--python <exe>] [--json]
//
// --gerbers  fabrication files of the same board (one board only): copper, mask and legend are compared by overlap
//            (intersection over union), holes and placements one by one.
// --plot     lets an installed KiCad 6 or later (Python module pcbnew) plot each board, and compares with that.
//
// Boards are never part of this repository. Run `npm run build` first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const dist = new URL("../../dist/scene/", import.meta.url);
const { importBoard, summarise } = await import(new URL("import/index.js", dist));
const { parseGerber } = await import(new URL("gerber/parse.js", dist));
const { parseExcellon } = await import(new URL("gerber/excellon.js", dist));
const { parseCentroid } = await import(new URL("gerber/centroid.js", dist));
const { centrelines, plot } = await import(new URL("gerber/plot.js", dist));
const { roleByFunction, roleByName } = await import(new URL("gerber/identify.js", dist));
const { boundsOf, intersection, moved, polygonBounds, totalArea, translation, union } = await import(
  new URL("planar/index.js", dist)
);

const args = process.argv.slice(2);
const option = (name) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args.splice(at, 2)[1];
};
const flag = (name) => {
  const at = args.indexOf(`--${name}`);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
};
const gerbers = option("gerbers");
const python = option("python") ?? "python3";
const plotting = flag("plot");
const asJson = flag("json");
if (args.length === 0) {
  process.stderr.write(
    "usage: node scripts/conformance/kicad.mjs <board.kicad_pcb>… [--gerbers <folder>] [--plot]\n",
  );
  process.exit(2);
}

const plotter = fileURLToPath(new URL("kicad-plot.py", import.meta.url));
const LAYERS = { copper_top: "copper", mask_top: "maskOpenings", silk_top: "silk" };
const rows = [];

for (const file of args) {
  const started = performance.now();
  const { board, problems } = await importBoard(file);
  const ms = Math.round(performance.now() - started);
  const row = {
    board: path.basename(file),
    ms,
    problems: problems.map((p) => `${p.severity} ${p.code}: ${p.message}`),
  };
  rows.push(row);
  if (!board) continue;
  Object.assign(row, summarise(board));
  if (gerbers) row.against_gerbers = compare(board, gerbers);
  if (plotting) {
    const folder = mkdtempSync(path.join(tmpdir(), "reflow-kicad-"));
    const done = spawnSync(python, [plotter, path.resolve(file), folder], { encoding: "utf8" });
    row.against_kicad =
      done.status === 0
        ? { ...compare(board, folder), ...footprints(board, folder) }
        : { failed: done.stderr.trim().split("\n").at(-1) };
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Overlap of layers, holes found, placements found. */
function compare(board, folder) {
  const result = {};
  const holes = [];
  const placed = [];
  const files = readdirSync(folder).flatMap((name) => {
    const full = path.join(folder, name);
    if (!statSync(full).isFile()) return [];
    const text = readFileSync(full, "latin1");
    const written = /TF\.FileFunction,([^*%\r\n]*)/.exec(text.slice(0, 20000))?.[1];
    return [{ name, text, role: (written && roleByFunction(written)) ?? roleByName(name) }];
  });
  // Fabrication files may have another origin: the outlines are laid onto each other.
  const by = offset(board, files);
  if (Math.hypot(...by) > 0.01) result.origin = by.map((v) => v.toFixed(3)).join(", ");
  for (const { name, text, role } of files) {
    if (LAYERS[role] && /\.(g\w+|cmp|stc|plc)$/i.test(name)) {
      const { image } = parseGerber(text, name);
      if (!image) continue;
      const theirs = union(plot(image.objects).map((p) => moved(translation(...by), p)));
      const ours = union(board[LAYERS[role]]);
      const both = totalArea(intersection(theirs, ours));
      const all = totalArea(theirs) + totalArea(ours) - both;
      result[role] = all > 0 ? round(both / all) : undefined;
    } else if (/\.(drl|xln|txt)$/i.test(name) && role?.startsWith("drill")) {
      const shift = ([x, y]) => [x + by[0], y + by[1]];
      for (const h of parseExcellon(text, name).drill?.holes ?? [])
        holes.push({ ...h, at: shift(h.at), ...(h.to ? { to: shift(h.to) } : {}) });
    } else if (/\.(pos|csv)$/i.test(name)) placed.push(...(parseCentroid(text, name).rows ?? []));
  }
  if (holes.length > 0) {
    const free = [...board.drills];
    let found = 0;
    for (const h of holes) {
      const at = free.findIndex(
        (d) => near(middle(d), middle(h), 0.06) && Math.abs(d.diameter - h.diameter) < 0.03,
      );
      if (at >= 0) {
        free.splice(at, 1);
        found++;
      }
    }
    result.holes = `${found} of ${holes.length} (board has ${board.drills.length})`;
  }
  if (placed.length > 0)
    result.placements = matched(
      board,
      placed.map((r) => ({ ...r, at: [r.x, r.y] })),
    );
  return result;
}

function offset(board, files) {
  const outline = files.find((f) => f.role === "outline" && /\.g\w+$/i.test(f.name));
  const image = outline && parseGerber(outline.text, outline.name).image;
  const theirs = image && boundsOf(centrelines(image.objects).flatMap((p) => p.points));
  const ours = polygonBounds([board.outline]);
  return theirs ? [ours.minX - theirs.minX, ours.minY - theirs.minY] : [0, 0];
}

/** Placements by reference, after the median shift between both origins. */
function matched(board, rows) {
  const byRef = new Map(board.placements.map((p) => [p.ref, p]));
  const pairs = rows.flatMap((r) => (byRef.has(r.ref) ? [{ row: r, part: byRef.get(r.ref) }] : []));
  const median = (k) =>
    pairs.map(({ row, part }) => part.at[k] - row.at[k]).sort((a, b) => a - b)[pairs.length >> 1];
  const shift = [median(0), median(1)];
  const same = pairs.filter(({ row, part }) =>
    near([row.at[0] + shift[0], row.at[1] + shift[1]], part.at, 0.02),
  ).length;
  const turned = pairs.filter(({ row, part }) => {
    const d = Math.abs(part.rotation - row.rotation) % 360;
    return Math.min(d, 360 - d) < 0.01;
  }).length;
  const sides = pairs.filter(({ row, part }) => row.side === part.side).length;
  return `${pairs.length} of ${rows.length} found; at the same place ${same}, rotation ${turned}, side ${sides}; shift ${shift.map((v) => v?.toFixed(2)).join(", ")}`;
}

/** The table that KiCad itself writes of its footprints. */
function footprints(board, folder) {
  const lines = readFileSync(path.join(folder, "footprints.tsv"), "utf8").trim().split(/\r?\n/).slice(1);
  const byRef = new Map(board.placements.map((p) => [p.ref, p]));
  let [found, same] = [0, 0];
  for (const line of lines) {
    const [ref, , , , , rotation, side] = line.split("\t");
    const p = byRef.get(ref.replaceAll('"', ""));
    if (!p || p.side !== side) continue;
    found++;
    const turn = side === "top" ? Number(rotation) : 180 - Number(rotation);
    const d = Math.abs(p.rotation - turn) % 360;
    if (Math.min(d, 360 - d) < 0.01) same++;
  }
  return { footprints: `${found} of ${lines.length} with side, ${same} with rotation` };
}

function middle(h) {
  return h.to ? [(h.at[0] + h.to[0]) / 2, (h.at[1] + h.to[1]) / 2] : h.at;
}

function near(a, b, by) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]) <= by;
}

function round(x) {
  return Math.round(x * 10000) / 10000;
}

if (asJson) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else
  for (const { board, ms, problems, unrecognised, families, against_gerbers, against_kicad, ...r } of rows) {
    process.stdout.write(`${board} (${ms} ms)\n`);
    if (r.width !== undefined) {
      process.stdout.write(
        `  ${r.width} × ${r.height} × ${r.thickness} mm, ${r.area} mm², ${r.cutouts} cut-outs, ${r.drills} holes (${r.slots} slots)\n` +
          `  ${r.components} components (${r.top} top, ${r.bottom} bottom), ${r.pads} pads, ${r.bare} bare, ${r.absent} not fitted, ${unrecognised.length} packages not recognised\n`,
      );
    }
    for (const [name, result] of [
      ["gerbers", against_gerbers],
      ["KiCad", against_kicad],
    ])
      for (const [what, value] of Object.entries(result ?? {}))
        process.stdout.write(`  ${name} ${what}: ${value}\n`);
    for (const p of problems) process.stdout.write(`  ${p}\n`);
  }
process.exitCode = rows.every((r) => r.width !== undefined) ? 0 : 1;
