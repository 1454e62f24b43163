// Runs upstream's automatic mask placement and ours on the same toy datasets, and compares candidates and results.
//
//   node scripts/conformance/place.mjs --upstream <work tree of the upstream generator repository>
//        [--python <interpreter with numpy, opencv, scipy, pillow>] [--candidates N] [--engine N] [--seeds N] [--from N] [--json] [--keep]
//
// Candidates must agree in every pixel, placed masks within 5 pixels and an overlap of 0.995, allocation, summary and
// test cases in value (paths by their last names). Upstream's logging and models are shadowed by stubs in a scratch
// folder; its code is never changed and never part of this repository.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { writeImage } from "../../dist/kit/images.js";
import { seeded } from "../../dist/kit/random.js";
import {
  ALIGNMENTS,
  CAD_DEFECTS,
  cadCandidates,
  gatherRegions,
  parseCad,
  placeInstances,
  placeMasks,
  readAugmentation,
  readCadClasses,
  readLevels,
  readMask,
  readRgb,
} from "../../dist/placement/index.js";
import { COLOURS, cadMask, defectMask, toyDataset } from "./toy-boards.mjs";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const upstream = option("upstream") && path.resolve(option("upstream"));
const python = option("python", "/usr/bin/python3");
// The first of the boards, cases and datasets: long runs can be done in parts.
const from = Number(option("from", "0"));
if (!upstream || !existsSync(path.join(upstream, "automatic_mask_placement"))) {
  process.stderr.write("usage: node scripts/conformance/place.mjs --upstream <work tree>\n");
  process.exit(2);
}
const scratch = mkdtempSync(path.join(tmpdir(), "reflow-place-"));
const stubs = path.join(scratch, "stubs");
const STUBS = {
  "imaginaire/__init__.py": "",
  "imaginaire/utils/__init__.py": "",
  "imaginaire/utils/log.py":
    "def _n(*a, **k):\n    pass\ninfo = warning = error = debug = critical = success = init_loguru_file = _n\n",
  "roi_generate/__init__.py": "",
  "roi_generate/model.py": "class ROIGenerateModels:\n    pass\n",
  "torch.py": "class cuda:\n    is_available = staticmethod(lambda: False)\ndef device(n):\n    return n\n",
  // One placement a line, as plain data; its result goes to the named file.
  "engine.py": `import json, os, shutil, sys, tempfile
from automatic_mask_placement.config import AugmentationParams
from automatic_mask_placement.core import AutomaticMaskPlacement
from automatic_mask_placement.data_types import AlignmentPoint
for line in sys.stdin:
    job = json.loads(line)
    params = AugmentationParams.from_config_file(job["config"])
    amp = AutomaticMaskPlacement(job["width"], job["height"], params, AlignmentPoint(job["on"]),
                                 AlignmentPoint(job["by"]) if job["by"] else None, job["strict"], job["seed"],
                                 separate_rois=job["separate"])
    work = tempfile.mkdtemp()
    try:
        amp.load_combined_rois(job["rois"], job["legal"], job["illegal"])
        made = amp.process_submask(job["submask"], job["instances"], work, strict_alignment=job["strict"])
        shutil.copy(made[0]["output_path"], job["out"])
    except ValueError:
        pass
    shutil.rmtree(work)
`,
  // One board a line; the answer is a line of JSON and then the bits of every candidate.
  "candidates.py": `import sys, json, numpy as np
from automatic_mask_placement.cad2roi import CADToROIGenerator
gen = CADToROIGenerator(sys.argv[1])
for line in sys.stdin:
    mask, out = line.rstrip("\\n").split("\\t")
    result = gen.generate_all_candidates(mask)
    head = {k: [[int(v) for v in c.bbox] + [int(c.area)] + [int(i) for i in (c.component_ids if k == "bridge" else [])]
                for c in cs] for k, cs in result.items()}
    with open(out, "wb") as f:
        f.write(json.dumps(head).encode() + b"\\n")
        for k in result:
            for c in result[k]:
                f.write(np.packbits(c.mask > 0).tobytes())
`,
};
for (const [file, text] of Object.entries(STUBS)) {
  mkdirSync(path.dirname(path.join(stubs, file)), { recursive: true });
  writeFileSync(path.join(stubs, file), text);
}

function run(args, input) {
  const done = spawnSync(python, args, {
    input,
    encoding: "utf8",
    cwd: stubs,
    env: { ...process.env, PYTHONPATH: `${stubs}:${upstream}`, PYTHONDONTWRITEBYTECODE: "1" },
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0) throw new Error(`${args.join(" ")}\n${done.stderr.slice(-3000)}`);
}

const table = {};
const faults = [];
const count = (row, good, what) => {
  table[row] ??= { same: 0, of: 0 };
  table[row].of++;
  if (good) table[row].same++;
  else if (what) faults.push(`${row}: ${what}`);
};

async function compareCandidates(boards) {
  const folder = path.join(scratch, "boards");
  const labels = path.join(folder, "labels.json");
  mkdirSync(folder, { recursive: true });
  const entries = Object.entries(COLOURS).map(([name, rgb]) => [`(${rgb.join(", ")}, 255)`, { class: name }]);
  writeFileSync(labels, JSON.stringify(Object.fromEntries(entries)));
  const { classes } = await readCadClasses(labels);
  const jobs = [];
  for (let b = from; b < from + boards; b++) {
    const random = seeded(b).fork("board");
    const file = path.join(folder, `${b}.png`);
    const [width, height] = [60 + random.int(240), 60 + random.int(200)];
    await writeImage(file, cadMask(random, width, height, b % 2 ? "ic" : "chip"));
    jobs.push({ file, out: path.join(folder, `${b}.bin`) });
  }
  run([path.join(stubs, "candidates.py"), labels], jobs.map((j) => `${j.file}\t${j.out}\n`).join(""));
  for (const { file, out } of jobs) {
    const bytes = readFileSync(out);
    let at = bytes.indexOf(10) + 1;
    const head = JSON.parse(bytes.subarray(0, at).toString());
    const cad = parseCad(await readRgb(file), classes);
    const step = Math.ceil((cad.width * cad.height) / 8);
    for (const [kind, list] of Object.entries(head)) {
      const ours = CAD_DEFECTS.includes(kind) ? cadCandidates(cad, kind) : [];
      const name = `${path.basename(file)} ${kind}`;
      count(
        `boards, ${kind}`,
        ours.length === list.length,
        `${name}: ${ours.length} ours, ${list.length} theirs`,
      );
      list.forEach((entry, i) => {
        const bits = bytes.subarray(at, at + step);
        at += step;
        const c = ours[i];
        const mine = c && [c.box.x, c.box.y, c.box.width, c.box.height, c.area, ...c.groups];
        let same = isDeepStrictEqual(mine, entry);
        const { data } = c?.region ?? { data: [] };
        for (let p = 0; same && p < data.length; p++)
          if (((bits[p >> 3] >> (7 - (p & 7))) & 1) !== data[p]) same = false;
        count(`candidates, ${kind}`, same, `${name} ${i}: ${mine} ours, ${entry} theirs`);
      });
    }
  }
}

/** Random submasks, regions and settings through the core alone. */
async function compareEngine(cases) {
  const folder = path.join(scratch, "engine");
  const jobs = [];
  for (let k = from; k < from + cases; k++) {
    const random = seeded(k).fork("engine");
    const [width, height] = [40 + random.int(160), 40 + random.int(160)];
    const file = (name) => path.join(folder, String(k), name);
    const picture = async (name, w, h) => {
      await writeImage(file(name), defectMask(random, w, h));
      return file(name);
    };
    const rois = Array.from({ length: 1 + random.int(4) }, (_, i) => {
      const [w, h] = [5 + random.int(width / 2), 5 + random.int(height / 2)];
      return {
        id: `r${i}`,
        x: random.int(width - w),
        y: random.int(height - h),
        width: w,
        height: h,
        is_legal: random.chance(0.75),
      };
    });
    const config = {
      ...(random.chance(0.3) && { shift_x_range: [-9, 12] }),
      ...(random.chance(0.3) && { rotation_range: [-90, 170] }),
      ...(random.chance(0.3) && {
        scale_fixed_ratio: true,
        scale_x_range: [0.3, 1.5],
        scale_y_range: [0.5, 2],
      }),
      ...(random.chance(0.3) && { shear_x_probability: 0.4, shear_y_probability: 0.4 }),
      ...(random.chance(0.3) && { morph_operations: ["erode", "open"], kernel_size: 2 + random.int(4) }),
      ...(random.chance(0.3) && { flip_x_probability: 1, rotation_probability: 0, shift_y_probability: 0.5 }),
    };
    mkdirSync(path.join(folder, String(k)), { recursive: true });
    writeFileSync(file("config.json"), JSON.stringify(config));
    writeFileSync(file("rois.json"), JSON.stringify({ rois }));
    const odd = random.chance(0.4);
    jobs.push({
      width,
      height,
      seed: random.int(100000),
      instances: 1 + random.int(5),
      on: random.pick(ALIGNMENTS),
      by: random.chance(0.5) ? random.pick(ALIGNMENTS) : null,
      strict: random.chance(0.3),
      separate: random.chance(0.7),
      submask: await picture(
        "submask.png",
        odd ? 30 + random.int(200) : width,
        odd ? 30 + random.int(200) : height,
      ),
      rois: random.chance(0.6) ? file("rois.json") : null,
      legal: random.chance(0.7) ? [await picture("legal.png", odd ? 300 : width, odd ? 180 : height)] : null,
      illegal: random.chance(0.4) ? [await picture("illegal.png", width, height)] : null,
      config: file("config.json"),
      out: file("theirs.png"),
    });
  }
  run([path.join(stubs, "engine.py")], jobs.map((j) => `${JSON.stringify(j)}\n`).join(""));
  for (const [k, job] of jobs.entries()) {
    const { augmentation, dynamic } = readAugmentation(json(job.config));
    const levels = (files) => Promise.all((files ?? []).map(readLevels));
    const regions = gatherRegions({
      width: job.width,
      height: job.height,
      boxes: job.rois
        ? json(job.rois).rois.map(({ is_legal, ...box }) => ({ ...box, isLegal: is_legal }))
        : [],
      legal: await levels(job.legal),
      illegal: await levels(job.illegal),
      separate: job.separate,
    });
    if (regions.length === 0 || !existsSync(job.out)) {
      count("engine, refused by both", regions.length === 0 && !existsSync(job.out), `case ${from + k}`);
      continue;
    }
    const { levels: ours } = placeInstances({
      ...job,
      submask: await readMask(job.submask),
      regions,
      augmentation,
      dynamic,
      by: job.by ?? job.on,
    });
    const { data: theirs } = await readLevels(job.out);
    let [differ, nx, ny] = [0, 0, 0];
    theirs.forEach((v, i) => {
      differ += v === ours.data[i] ? 0 : 1;
      nx += v > 127;
      ny += ours.data[i] > 127;
    });
    count(
      "engine within tolerance",
      differ <= 5 || differ <= 0.005 * nx,
      `case ${from + k}: ${ny} ours, ${nx} theirs, ${differ} differ`,
    );
    count("engine identical", differ === 0);
  }
}

/** Paths become names, since both sides keep their files in other places. */
const named = (row) => ({
  ...row,
  image_filename: path.basename(row.image_filename),
  mask_filename: row.mask_filename.split("/").slice(-3).join("/"),
});
const json = (file) => JSON.parse(readFileSync(file, "utf8"));
const rows = (file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => named(JSON.parse(line)));
const shape = (list) =>
  list.map((r) => [
    r.name,
    r.defect_type,
    ...[r.submask, r.clean_image, r.cad_mask].map((p) => p && path.basename(p)),
  ]);
const masksIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((f) => /seed\d+\.png$/.test(f) && !f.includes("assets"))
    .sort();

/** Upstream's whole chain, step by step as its shell script goes. */
function theirChain(dataset, types, n, mode, out) {
  mkdirSync(out, { recursive: true });
  const utility = (name) => path.join(upstream, "scripts", "utilities", `${name}.py`);
  const [alloc, samples, amp] = ["allocation.json", "amp_samples.json", "amp"].map((f) => path.join(out, f));
  const spec = path.join(dataset, "defect_spec.jsonl");
  const where = ["--dataset-dir", dataset, "--clean-dir", dataset];
  run([utility("validate_amp_inputs"), ...where, "--defect-spec", spec]);
  run([
    utility("allocate_samples"),
    "--num-sdg",
    String(n),
    "--defect-types",
    ...types,
    "--mask-path",
    dataset,
    "--output",
    alloc,
    "--mode",
    mode,
  ]);
  run([
    utility("build_amp_samples"),
    ...where,
    "--defect-spec",
    spec,
    "--allocation",
    alloc,
    "--output",
    samples,
  ]);
  const seeds = readFileSync(`${samples}.n_seeds`, "utf8").trim();
  run([
    "-m",
    "scripts.anomaly_gen.run_auto_roi_amp",
    "--input",
    samples,
    "--defect-desc",
    spec,
    "--output",
    amp,
    "--n_seeds",
    seeds,
    "--seed",
    "42",
  ]);
  run([
    "-m",
    "scripts.utilities.build_jsonl",
    "--amp-output-dir",
    amp,
    ...where,
    "--allocation",
    alloc,
    "--defect-types",
    ...types,
    "--output",
    path.join(out, "testcase.jsonl"),
  ]);
}

async function compareChain(seed) {
  const toy = `toy ${seed}`;
  const dataset = path.join(scratch, `toy-${seed}`);
  const types = await toyDataset(dataset, seed);
  const mode = seed % 4 === 3 ? "validation" : "inference";
  const n = mode === "validation" ? 60 : 7 + 13 * (seed % 3);
  const [theirs, ours] = ["theirs", "ours"].map((side) => path.join(scratch, `${side}-${seed}`));
  theirChain(dataset, types, n, mode, theirs);
  const result = await placeMasks({ dataset, numSdg: n, output: ours, mode, workers: 1 });
  for (const p of result.problems) if (p.severity === "error") faults.push(`${toy}: ${p.message}`);
  const both = (file) => [path.join(theirs, file), path.join(ours, file)];
  const same = (row, [a, b]) => count(row, isDeepStrictEqual(a, b), toy);
  same("allocation.json", both("allocation.json").map(json));
  same("amp_samples.json", both("amp_samples.json").map(json).map(shape));
  same("amp_samples.json.n_seeds", both("amp_samples.json.n_seeds").map(json));
  same("testcase.jsonl", both("testcase.jsonl").map(rows));
  const [wanted, made] = both("amp/summary.json").map(json);
  wanted.forEach((entry, i) => {
    const told = `${toy}, ${i}: ${JSON.stringify(made[i])} ours, ${JSON.stringify(entry)} theirs`;
    count("summary.json entries", isDeepStrictEqual(entry, made[i]), told);
  });
  const [names, mine] = both("amp").map(masksIn);
  same("names of masks", [names, mine]);
  for (const name of names.filter((m) => mine.includes(m))) {
    const route = name.includes("+scratch") ? "free" : "cad";
    const [x, y] = await Promise.all(both("amp").map((folder) => readMask(path.join(folder, name))));
    let [common, any, nx, ny] = [0, 0, 0, 0];
    x.data.forEach((v, i) => {
      common += v & y.data[i];
      any += v | y.data[i];
      nx += v;
      ny += y.data[i];
    });
    const told = `${toy} ${name}: ${ny} ours, ${nx} theirs, overlap ${(common / any).toFixed(4)}`;
    count(`${route} masks within tolerance`, Math.abs(nx - ny) <= 5 && common >= 0.995 * any, told);
    count(`${route} masks identical`, common === any);
  }
}

try {
  const boards = Number(option("candidates", "60"));
  if (boards > 0) await compareCandidates(boards);
  const cases = Number(option("engine", "100"));
  if (cases > 0) await compareEngine(cases);
  for (let seed = from; seed < from + Number(option("seeds", "4")); seed++) await compareChain(seed);
} finally {
  if (process.argv.includes("--keep")) process.stderr.write(`kept ${scratch}\n`);
  else rmSync(scratch, { recursive: true, force: true });
}
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ table, faults })}\n`);
else {
  for (const [name, { same, of }] of Object.entries(table))
    process.stdout.write(`${name.padEnd(32)} ${String(same).padStart(5)} of ${of}\n`);
  for (const fault of faults.slice(0, 20)) process.stdout.write(`  differs: ${fault}\n`);
}
process.exitCode = faults.length > 0 ? 1 : 0;
