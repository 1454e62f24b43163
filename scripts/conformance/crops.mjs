// Runs upstream's croppers and pair builder and ours on the same rendered frames, and compares every file.
//
//   node scripts/conformance/crops.mjs --upstream <work tree of the upstream simulation repository>
//        [--python <interpreter with numpy, opencv, pillow, yaml>] [--seeds N] [--json]
//        [--good <frames>] [--defect <frames>] [--missing <folder with reference/ and defective/>]
//
// Folders are renders (their output or a trigger); without any it makes random frames. Pictures must agree in name, size, channels and every pixel, JSON in value.
// The upstream code is never part of this repository.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { seeded } from "../../dist/kit/random.js";
import { COMPONENT_DEFAULTS, cropComponents, cropRois, ROI_DEFAULTS } from "../../dist/scene/crop/index.js";
import { locateFrames } from "../../dist/scene/crop/locate.js";
import { readMetadata } from "../../dist/scene/crop/metadata.js";
import { readPicture } from "../../dist/scene/crop/picture.js";
import { buildPairs, lightingsOf, PAIR_DEFAULTS } from "../../dist/scene/pair/index.js";
import { defectRender, goodRender, missingRender } from "./synthetic-renders.mjs";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const upstream = option("upstream");
const python = option("python", "/usr/bin/python3");
const seeds = Number(option("seeds", "6"));
if (!upstream || !existsSync(path.join(upstream, "scripts", "postprocess"))) {
  process.stderr.write("usage: node scripts/conformance/crops.mjs --upstream <work tree>\n");
  process.exit(2);
}
const scratch = mkdtempSync(path.join(tmpdir(), "reflow-crops-"));
const rows = new Map();
let count = 0;
const fresh = (name) => path.join(scratch, `${String(++count).padStart(4, "0")}-${name}`);

function run(script, args) {
  const done = spawnSync(python, [path.join(upstream, "scripts", script), ...args], {
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", PYTHONHASHSEED: "0" },
    maxBuffer: 1 << 28,
  });
  return { code: done.status, out: `${done.stdout}${done.stderr}` };
}

/** All files below a folder, relative; folders themselves do not count. */
function tree(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => path.relative(dir, path.join(e.parentPath, e.name)))
    .filter((f) => !/^\.?(crops|pairs)\.jsonl?$/.test(f))
    .sort();
}

/** What differs between two folders; `rename` maps our names to upstream's, or to undefined for what is only ours. */
async function differences(theirs, ours, rename = (f) => f) {
  const mine = new Map(
    tree(ours)
      .map((f) => [rename(f), f])
      .filter(([to]) => to !== undefined),
  );
  const wanted = tree(theirs);
  const found = [];
  for (const file of wanted) if (!mine.has(file)) found.push(`only upstream has ${file}`);
  for (const [to, file] of mine) if (!wanted.includes(to)) found.push(`only ours has ${file}`);
  let pixels = 0;
  for (const file of wanted) {
    if (!mine.has(file)) continue;
    const [a, b] = [path.join(theirs, file), path.join(ours, mine.get(file))];
    if (file.endsWith(".png")) {
      const [x, y] = [await readPicture(a), await readPicture(b)];
      pixels += x.width * x.height;
      const same = x.width === y.width && x.height === y.height && x.channels === y.channels;
      if (!same)
        found.push(`${file}: ${[x.width, x.height, x.channels]} against ${[y.width, y.height, y.channels]}`);
      else if (!Buffer.from(x.data.buffer).equals(Buffer.from(y.data.buffer)))
        found.push(`${file}: pixels differ`);
    } else if (file.endsWith(".json")) {
      if (!isDeepStrictEqual(JSON.parse(readFileSync(a)), JSON.parse(readFileSync(b))))
        found.push(`${file}: values differ`);
    } else if (!readFileSync(a).equals(readFileSync(b))) found.push(`${file}: bytes differ`);
  }
  return { found, files: wanted.length, pixels };
}

function note(what, { found, files, pixels }) {
  const row = rows.get(what) ?? { what, cases: 0, files: 0, pixels: 0, differing: 0, examples: [] };
  rows.set(what, row);
  row.cases++;
  row.files += files;
  row.pixels += pixels;
  row.differing += found.length;
  row.examples.push(...found.slice(0, 3));
}

/** The same settings as upstream's crop.yaml and as ours. */
async function compareRois(what, source, settings) {
  const root = fresh("roi");
  // Upstream stops with an error where class_dirs is given and nothing at all is cut, unless the folder is there.
  mkdirSync(path.join(root, "crop"), { recursive: true });
  symlinkSync(source, path.join(root, settings.layout === "aligned" ? "aligned" : "frames"));
  const yaml = {
    output: { dir: root },
    crop: {
      source: settings.layout === "aligned" ? "aligned" : "frames",
      pattern: settings.pattern,
      classes: settings.classes,
      morph_kernel: settings.morphKernel,
      min_area: settings.minArea,
      max_area: settings.maxArea,
      offset: settings.offset,
      edge_skip: settings.edgeSkip,
      min_coverage: settings.minCoverage,
      max_emit: settings.maxEmit,
      ...(settings.classDirs && { class_dirs: settings.classDirs }),
      ...(settings.bridge && {
        bridge: true,
        bridge_dis: settings.bridge.distance,
        bridge_classes: settings.bridge.classes,
      }),
    },
  };
  writeFileSync(path.join(root, "crop.yaml"), stringify(yaml));
  const done = run("usd2roi/usd2roi_crop.py", ["--config", path.join(root, "crop.yaml")]);
  if (done.code !== 0) throw new Error(done.out);
  const output = path.join(root, "ours");
  const result = await cropRois({ source, output, settings });
  // A single cell has no folder level upstream (dig C13); ours has one for renders, and always the union of labels.
  const single =
    settings.layout === "render" && result.frames.length === 1 && !settings.pattern.includes("*");
  const cell = result.frames[0]?.frame;
  const rename = (f) => {
    if (!settings.classDirs && f === "semantic_segmentation_labels.json") return undefined;
    return single ? f.replace(`/${cell}/`, "/") : f;
  };
  note(what, await differences(path.join(root, "crop"), output, rename));
}

async function compareComponents(what, source, settings, reference) {
  const [theirs, ours] = [fresh("components"), fresh("ours")];
  const done = run("postprocess/crop_components.py", [
    ...["--input", source, "--output", theirs, "--offset", String(settings.offset)],
    ...["--crops", ...settings.types, "--xform-depth", String(settings.depth)],
    ...(settings.classFilter.length > 0 ? ["--class-filter", ...settings.classFilter] : []),
    ...(reference ? ["--reference", reference] : []),
  ]);
  if (done.code !== 0) throw new Error(done.out);
  await cropComponents({ source, output: ours, settings, ...(reference && { reference }) });
  note(what, await differences(theirs, ours));
}

async function comparePairs(what, good, defect, settings) {
  const [theirs, ours] = [fresh("pairs"), fresh("ours")];
  const component = settings.mode === "component";
  const done = run("postprocess/build_pair_dataset.py", [
    ...["--good", good, "--defect", defect, "--output", theirs, "--mode", settings.mode],
    ...(component ? ["--offset", String(settings.offset), "--xform-depth", String(settings.depth)] : []),
    ...(component && settings.classFilter.length > 0 ? ["--class-filter", ...settings.classFilter] : []),
    ...(settings.lights ? ["--light-mode", ...settings.lights] : []),
  ]);
  if (done.code !== 0) throw new Error(done.out);
  const render = async (dir) => ({ ...(await locateFrames(dir)), metadata: await readMetadata(dir) });
  const [a, b] = [await render(good), await render(defect)];
  const lights = settings.lights ?? lightingsOf(b.metadata);
  try {
    await buildPairs({ good: a, defect: b, output: ours, settings: { ...settings, lights } });
  } catch (error) {
    // Upstream says so and ends well; for us it is an error.
    if (!["no_matching_frames", "no_boxes"].includes(error.code)) throw error;
  }
  note(what, await differences(theirs, ours));
}

const size = (random) => [random.pick([96, 201, 320, 333]), random.pick([80, 121, 240])];
const DIRS = { capacitor: "passive_component", ic: "IC" };
/** Frames of a real render, as `reflow scene render` writes them: the folder or its first trigger. */
async function compareRenders(good, defect, missing) {
  const base = {
    ...ROI_DEFAULTS,
    classes: ["capacitor", "resistor", "inductor", "led", "ic"],
    maxEmitScope: "global",
  };
  const source = good && (await locateFrames(good)).pictures;
  if (source)
    for (const morphKernel of [0, 1, 2, 5])
      for (const offset of [0, 10])
        for (const classDirs of [null, DIRS])
          await compareRois("render: ROI", source, {
            ...base,
            ...{ morphKernel, offset, classDirs, bridge: offset > 0 ? { distance: 60, classes: [] } : null },
          });
  if (source)
    await compareRois("render: ROI, max_emit (global)", source, { ...base, maxEmit: 7, classDirs: DIRS });
  const bad = defect && (await locateFrames(defect)).pictures;
  const parts = { ...COMPONENT_DEFAULTS, depth: 7 };
  if (bad) await compareComponents("render: components, defects", bad, parts);
  if (source) await compareComponents("render: components, classes", source, parts);
  if (source && bad)
    for (const mode of ["frame", "component"])
      await comparePairs(`render: pairs, ${mode}`, source, bad, {
        ...PAIR_DEFAULTS,
        mode,
        depth: 7,
        lights: ["WhiteLight"],
      });
  if (!missing) return;
  const { pictures, notes } = await locateFrames(missing);
  await compareComponents("render: components, missing", pictures, parts, notes);
  await comparePairs("render: pairs, frame, missing", notes, pictures, {
    ...PAIR_DEFAULTS,
    lights: ["WhiteLight"],
  });
}

const given = ["good", "defect", "missing"].map((name) => option(name) && path.resolve(option(name)));
if (given.some(Boolean)) await compareRenders(...given);
for (let seed = 1; seed <= (given.some(Boolean) ? 0 : seeds); seed++) {
  const random = seeded(seed).fork("settings");
  const ids = random.chance(0.5) ? ["x0_y0", "x1_y0", "x10_y0", "x2_y1"] : ["0000", "0001", "0002"];
  const shape = size(random);
  const channels = random.pick([3, 4]);
  const good = fresh("good");
  const frames = await goodRender(good, { seed, ids, size: shape, channels });
  const defect = fresh("defect");
  await defectRender(defect, {
    seed,
    frames,
    size: shape,
    channels,
    ringLight: random.pick([true, false, undefined]),
  });
  const missing = fresh("missing");
  await missingRender(missing, { seed, ids, size: shape, referenceRgb: random.chance(0.5), channels });

  const base = { ...ROI_DEFAULTS, classes: ["capacitor", "ic"], maxEmitScope: "global" };
  const vary = () => ({
    ...base,
    classes: random.pick([["capacitor"], ["ic"], ["capacitor", "ic"], ["capacitor", "ic", "solder", "pad"]]),
    pattern: random.pick(["*", `${ids[0].slice(0, 1)}*`]),
    morphKernel: random.int(7),
    minArea: random.pick([0, 5, 50, 300]),
    maxArea: random.pick([null, null, 900]),
    offset: random.pick([0, 1, 10, 40]),
    edgeSkip: random.chance(0.7),
    minCoverage: random.pick([0, 0.2, 0.5]),
    classDirs: random.pick([null, DIRS, { capacitor: "passive_component" }]),
  });
  await compareRois("ROI, defaults", good, base);
  for (let i = 0; i < 4; i++) await compareRois("ROI, random settings", good, vary());
  await compareRois("ROI, class_dirs", good, { ...base, morphKernel: 1, classDirs: DIRS });
  await compareRois("ROI, max_emit (global)", good, {
    ...base,
    maxEmit: random.int(12),
    classDirs: random.pick([null, DIRS]),
  });
  await compareRois("ROI, bridge crops", good, {
    ...vary(),
    bridge: { distance: random.pick([5, 20, 60]), classes: random.pick([[], ["capacitor"]]) },
  });
  await compareRois("ROI, single cell", good, { ...base, pattern: ids[0], classDirs: DIRS });
  await compareRois("ROI, defect labels as anchors", defect, { ...base, classes: ["shift", "tombstone"] });
  const aligned = fresh("aligned");
  await goodRender(aligned, { seed: seed + 1000, ids: ["0000"], size: shape, channels });
  for (const name of ["ref_crop", "aligned_crop"])
    symlinkSync(path.join(aligned, "rgb_0000.png"), path.join(aligned, `${name}.png`));
  await compareRois("ROI, aligned photo (Day 1)", aligned, { ...vary(), pattern: "0000", layout: "aligned" });

  const parts = { ...COMPONENT_DEFAULTS, offset: random.pick([1, 3, 10]) };
  await compareComponents("components, defects", defect, parts);
  await compareComponents("components, classes", good, parts);
  await compareComponents("components, class filter", good, { ...parts, classFilter: ["cap", "whole"] });
  await compareComponents("components, other depth", good, { ...parts, depth: random.pick([6, 8, 9]) });
  const pairs = { ...PAIR_DEFAULTS, offset: random.pick([1, 3, 10, 25]) };
  await comparePairs("pairs, frames", good, defect, { ...pairs, mode: "frame" });
  await comparePairs("pairs, components", good, defect, { ...pairs, mode: "component" });
  await comparePairs("pairs, components, class filter", good, defect, {
    ...pairs,
    mode: "component",
    classFilter: ["tomb"],
    lights: ["WhiteLight"],
  });
  await comparePairs(
    "pairs, frames, missing",
    path.join(missing, "reference"),
    path.join(missing, "defective"),
    { ...pairs, mode: "frame" },
  );
  await compareComponents(
    "components, missing",
    path.join(missing, "defective"),
    parts,
    path.join(missing, "reference"),
  );
}

const table = [...rows.values()];
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(table, null, 2)}\n`);
else {
  process.stdout.write("| what | cases | files | pixels | differing files |\n|---|---|---|---|---|\n");
  for (const r of table)
    process.stdout.write(`| ${r.what} | ${r.cases} | ${r.files} | ${r.pixels} | ${r.differing} |\n`);
  for (const r of table) for (const e of r.examples.slice(0, 5)) process.stderr.write(`${r.what}: ${e}\n`);
}
if (process.argv.includes("--keep")) process.stderr.write(`${scratch}\n`);
else rmSync(scratch, { recursive: true, force: true });
process.exitCode = table.some((r) => r.differing > 0) ? 1 : 0;
