// The usd-wg asset set: every layer is read and checked against a second reader; every file is opened as a stage.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { USDCParser } from "three/examples/jsm/loaders/usd/USDCParser.js";
import { boxOf, isEmpty, transformBox, unite } from "../../../dist/scene/box.js";
import { flattenStage } from "../../../dist/scene/flatten/index.js";
import { invert, multiply, transformPoints } from "../../../dist/scene/matrix.js";
import { findPrim } from "../../../dist/scene/prims.js";
import { attribute, openStage, walk } from "../../../dist/scene/usd/index.js";
import { parseLayer } from "../../../dist/scene/usd/layers.js";
import { childPath } from "../../../dist/scene/usd/paths.js";
import { openPackage } from "../../../dist/scene/usd/zip/package.js";
import { scan } from "./scan.mjs";

export function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(at);
    else if (/\.usd[acz]?$/i.test(entry.name)) yield at;
  }
}

/** Every layer of a folder, those inside packages included. */
export function* layersOf(folder) {
  for (const file of files(folder)) {
    const bytes = readFileSync(file);
    if (!/\.usdz$/i.test(file)) yield { name: file, bytes };
    else {
      const archive = openPackage(file, bytes);
      for (const name of archive.names)
        if (/\.usd[ac]?$/i.test(name)) yield { name: `${file}[${name}]`, bytes: archive.read(name) };
    }
  }
}

const isCrate = (bytes) => String.fromCharCode(...bytes.subarray(0, 8)) === "PXR-USDC";

/** All specs of a layer by path. */
export function specs(layer) {
  const found = new Map();
  const visit = (prim, at) => {
    if (at !== "/") found.set(at, prim);
    for (const [name, child] of prim.children) visit(child, childPath(at, name));
    for (const [set, variants] of prim.variantSets)
      for (const [name, variant] of variants) visit(variant, `${at}{${set}=${name}}`);
  };
  visit(layer.root, "/");
  return found;
}

const count = (value) =>
  value === undefined || typeof value === "symbol"
    ? 0
    : typeof value === "number"
      ? 1
      : ArrayBuffer.isView(value) || (Array.isArray(value) && typeof value[0] === "number")
        ? value.length
        : 0;

/** Differences between the parser and the scanner; the scanner writes children of variants with a slash. */
function checkText(layer, text) {
  const second = scan(text);
  const wrong = [];
  const ours = new Map(
    [...specs(layer)].map(([at, prim]) => [
      at.replaceAll("}", "}/").replace(/\/$/, "").replaceAll("}/{", "}{"),
      prim,
    ]),
  );
  const prims = new Set([...ours.keys()].filter((at) => !at.endsWith("}")));
  for (const at of second.prims) if (!prims.delete(at)) wrong.push(`prim ${at} was not read`);
  for (const at of prims) wrong.push(`prim ${at} is not there`);
  let values = 0;
  for (const [at, numbers] of second.numbers) {
    const dot = at.indexOf(".", at.lastIndexOf("}") + 1);
    const property = ours.get(at.slice(0, dot))?.properties.get(at.slice(dot + 1));
    if (!property) wrong.push(`property ${at} was not read`);
    else if (numbers > 0 && !/^bool/.test(property.typeName) && count(property.value) !== numbers)
      wrong.push(`${at}: ${count(property.value)} numbers, ${numbers} written`);
    values++;
  }
  return { wrong, prims: second.prims.length, values };
}

/** Differences to the crate parser of three.js, value by value where it knows the type. */
function checkCrate(layer, bytes) {
  const wrong = [];
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const ours = specs(layer);
  let theirs;
  try {
    theirs = new USDCParser().parseData(buffer).specsByPath;
  } catch {
    // It knows no crates before version 0.4.
    return { wrong, prims: ours.size, values: 0, unchecked: true };
  }
  let values = 0;
  for (const [at, { specType, fields }] of Object.entries(theirs)) {
    const path2 = at.replaceAll("/{", "{").replaceAll("}/", "}");
    if (specType === 6) {
      const prim = ours.get(path2);
      if (!prim) wrong.push(`prim ${path2} was not read`);
      else if (fields.typeName && prim.typeName !== fields.typeName) wrong.push(`type of ${path2}`);
    } else if (specType === 1) {
      const dot = path2.lastIndexOf(".");
      const property = ours.get(path2.slice(0, dot))?.properties.get(path2.slice(dot + 1));
      if (!property) wrong.push(`property ${path2} was not read`);
      else if (fields.default !== undefined) {
        values++;
        if (!same(property.value, fields.default, property.typeName)) wrong.push(`value of ${path2}`);
      }
      const samples = fields.timeSamples;
      if (samples?.times) {
        if (property.timeSamples?.times.length !== samples.times.length) wrong.push(`samples of ${path2}`);
        samples.values.forEach((v, i) => {
          values++;
          if (!same(property.timeSamples.at(i), v, property.typeName)) wrong.push(`sample ${i} of ${path2}`);
        });
      }
    }
  }
  return { wrong, prims: ours.size, values };
}

function same(ours, theirs, type) {
  // What three.js leaves packed: blocked values, and small vectors of doubles and halves.
  if (typeof ours === "symbol") return typeof theirs === "number";
  if (Array.isArray(ours) && typeof theirs === "number")
    return ours.every((v, i) => v === (theirs << (24 - 8 * i)) >> 24);
  if (typeof ours === "object" && "asset" in ours) return ours.asset === theirs;
  if (typeof theirs === "number" && typeof ours === "number")
    return ours === theirs || (/^u?int/.test(type) && (ours | 0) === (theirs | 0));
  if (typeof ours !== "object") return ours === theirs;
  const [a, b] = [Array.from(ours), Array.from(theirs).flat()];
  if (/^quat/.test(type))
    for (let i = 0; i < a.length; i += 4) a.splice(i, 4, a[i + 1], a[i + 2], a[i + 3], a[i]);
  return (
    a.length === b.length &&
    a.every((v, i) => {
      const x = v !== null && typeof v === "object" ? v.asset : v;
      return Object.is(x, b[i]) || x === b[i] || Math.abs(x - b[i]) <= 1e-6 * Math.abs(b[i]);
    })
  );
}

const FEATURES = {
  sublayers: (_prim, layer) => layer.subLayers.length > 0,
  references: (p) => ops(p.references).some((r) => r.asset !== ""),
  "internal references": (p) => ops(p.references).some((r) => r.asset === ""),
  payloads: (p) => ops(p.payloads).length > 0,
  inherits: (p) => ops(p.inherits).length > 0,
  specializes: (p) => ops(p.specializes).length > 0,
  variants: (p) => p.variantSets.size > 0,
  instances: (p) => p.metadata.get("instanceable") === true,
  "point instancers": (p) => p.typeName === "PointInstancer",
  semantics: (p) => [...p.properties.keys()].some((n) => /^semantics?:/.test(n)),
  "time samples": (p) => [...p.properties.values()].some((q) => q.timeSamples),
};
const ops = (op) => (op ? Object.values(op).flat() : []);

export function readLayers(folder) {
  const rows = [];
  for (const { name, bytes } of layersOf(folder)) {
    const row = {
      name: path.relative(folder, name),
      crate: isCrate(bytes),
      ok: false,
      detail: "",
      features: [],
    };
    rows.push(row);
    try {
      const layer = parseLayer(bytes, name);
      const check = row.crate ? checkCrate(layer, bytes) : checkText(layer, new TextDecoder().decode(bytes));
      const prims = [layer.root, ...specs(layer).values()];
      row.features = Object.keys(FEATURES).filter((f) => prims.some((p) => FEATURES[f](p, layer)));
      row.prims = check.prims;
      row.values = check.values;
      row.unchecked = check.unchecked === true;
      row.ok = check.wrong.length === 0;
      row.detail = check.wrong.slice(0, 3).join("; ");
      if (BROKEN.test(name)) [row.ok, row.detail] = [false, "a broken file was accepted"];
    } catch (error) {
      row.ok = BROKEN.test(name) && error.code !== undefined;
      row.detail = error.code ? error.message : error.stack;
    }
  }
  return rows;
}

/** Layers that are broken on purpose. */
const BROKEN = /testUsdBug119633.*ref\.usda|testUsdReadOutOfBounds.corrupt/;

/**
 * Boxes that the authors wrote down for models (extentsHint), against those of our flattened parts: whoever composes or
 * places something wrongly gets another box. Where a hint was copied from another variant and not renewed, the boxes of
 * the meshes themselves (extent) count.
 */
function checkHints(stage, scene) {
  let right = 0;
  const wrong = [];
  for (const prim of walk(stage.root)) {
    const hint = boxesIn(attribute(prim, "extentsHint")?.value);
    if (isEmpty(hint) || prim.specifier !== "def") continue;
    // Prototypes are drawn where their first instance stands.
    const instancer = prim.parent?.typeName === "PointInstancer";
    const at = instancer ? `${prim.path}[0]` : prim.path;
    const world = findPrim(scene.root, at)?.world;
    const back = world && invert(world);
    if (!back) continue;
    const parts = scene.parts.filter((p) => p.path === at || p.path.startsWith(`${at}/`));
    const ours = unite(
      ...parts.map((p) => boxOf(transformPoints(scene.meshes[p.mesh].points, multiply(p.world, back)))),
    );
    const extents = unite(
      ...parts.map((p) => {
        const mesh = stage.find(prim.path + p.path.slice(at.length));
        return transformBox(boxesIn(mesh && attribute(mesh, "extent")?.value), multiply(p.world, back));
      }),
    );
    if (parts.length > 0 && (near(ours, hint) || near(ours, extents))) right++;
    else wrong.push(`${prim.path}: ${format(ours)} instead of ${format(hint)}`);
  }
  return { right, wrong };
}

function near(ours, theirs) {
  const size = Math.max(...[0, 1, 2].map((i) => theirs.max[i] - theirs.min[i]));
  return ["min", "max"].every((side) =>
    [0, 1, 2].every((i) => Math.abs(ours[side][i] - theirs[side][i]) < 1e-3 * size),
  );
}

/** The union of boxes written as pairs of corners. */
function boxesIn(value) {
  const boxes = [];
  for (let i = 0; ArrayBuffer.isView(value) && i + 6 <= value.length; i += 6)
    boxes.push({ min: [...value.subarray(i, i + 3)], max: [...value.subarray(i + 3, i + 6)] });
  return unite(...boxes.filter((b) => !isEmpty(b) && Math.abs(b.min[0]) < 1e30));
}

const format = (box) => `[${box.min.map((v) => v.toFixed(3))} … ${box.max.map((v) => v.toFixed(3))}]`;

/** Faults that the asset set holds on purpose, to see what readers do. */
const ON_PURPOSE = /file_does_not_exist|Cube_does_not_exist|cube_does_not_exist|no prim <\/World\/cube>/;

/** Opens every file as a scene. `absent` lists files that the copy of the asset set lacks. */
export async function openAll(folder, absent) {
  const rows = [];
  for (const file of files(folder)) {
    const row = { name: path.relative(folder, file), ok: false, detail: "", parts: 0 };
    rows.push(row);
    const start = performance.now();
    const { stage, layers, problems: told } = await openStage(file, { searchRoot: folder });
    const scene = stage && flattenStage(stage, layers);
    row.ms = Math.round(performance.now() - start);
    const problems = told.filter((p) => p.severity !== "info");
    const faults = problems.filter((p) =>
      /^(?:usd_(?:reference|unresolved|cycle|bad|not_a|syntax|crate)|usdz)/.test(p.code),
    );
    const excused = (p) => ON_PURPOSE.test(p.message) || [...absent].some((name) => p.message.includes(name));
    const real = faults.filter((p) => !excused(p));
    row.unread = told.some((p) => p.code === "usd_format_unread");
    row.problems = [...problems, ...(scene?.problems ?? [])];
    row.absent = faults.some((p) => [...absent].some((name) => p.message.includes(name)));
    row.hints = scene && !row.absent ? checkHints(stage, scene) : { right: 0, wrong: [] };
    row.ok = scene !== undefined && real.length === 0 && row.hints.wrong.length === 0;
    row.parts = scene?.parts.length ?? 0;
    row.detail = [...new Set([...real.map((p) => `${p.code}: ${p.message}`), ...row.hints.wrong])]
      .slice(0, 2)
      .join("; ");
  }
  return rows;
}
