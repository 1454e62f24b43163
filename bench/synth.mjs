// Synthesis on real data: pictures a second and core, how well a small classifier tells made from real defects, change
// outside the enlarged masks, and a contact sheet per data set in docs/images. Needs `npm run build` and ../shared/data.
// The AUC of folders comes with its null: real specimens in halves, and real specimens pasted back by the same chain.
// usage: node bench/synth.mjs [--data magnetic-tile,…] [--count 24] [--seed 1] [--seeds 3] [--step 2000]
//        [--sheets <dir>] [--work <dir>] [--json]
// One step of every checkpoint is measured: the one with the best nn_score changes with the painters, and its bank with it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readTable, toPairRows } from "../dist/dataset/index.js";
import { decodeImage } from "../dist/kit/images.js";
import { sharedData } from "../dist/kit/testing.js";
import {
  exemplarOfRow,
  fitCheckpoint,
  generate,
  learnSurroundings,
  readSynthCheckpoint,
  runTestcases,
  separability,
  traitsOf,
} from "../dist/synthesis/index.js";
import { distanceTo, grey, threshold } from "../dist/vision/index.js";
import { halvesOf, meanSd, pastedBack, tellTales } from "./lib-null.mjs";
import { sheet } from "./lib-sheet.mjs";
import { FOLDERS, writeTestcases } from "./lib-synth.mjs";

const { values: flag } = parseArgs({
  options: {
    data: {
      type: "string",
      default: "deeppcb,ball-screw,magnetic-tile,meiwei-pcb,pcba-components,pcba-by-name,tile-by-name",
    },
    count: { type: "string", default: "24" },
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    step: { type: "string", default: "2000" },
    sheets: { type: "string", default: fileURLToPath(new URL("../docs/images", import.meta.url)) },
    work: { type: "string", default: path.join(tmpdir(), "reflow-bench-synth") },
    json: { type: "boolean", default: false },
  },
});
const count = Number(flag.count);
const seed = Number(flag.seed);
const all = [];
for (const name of flag.data.split(",")) {
  const found = FOLDERS[name] ? await fromFolder(name) : await fromPairs(name);
  all.push(found);
  await sheet(path.join(flag.sheets, `synthesis-${name}.jpg`), found.rows);
  process.stdout.write(flag.json ? `${JSON.stringify({ ...found, rows: undefined })}\n` : text(found));
}

function text({ name, made, perCore, outside, types }) {
  const lines = types.map(
    (t) =>
      `| ${name} | ${t.type} | ${t.real} | ${t.made} | ${t.auc ?? "too few"} | ${t.halves ?? "-"} | ${t.pasted ?? "-"} | ${t.tells ?? "-"} | ${t.nn ?? "-"} | ${t.novelty ?? "-"} |`,
  );
  return `${name}: ${made} pictures, ${perCore} a second and core, greatest change outside the enlarged masks ${outside} (PSNR ${
    outside === 0 ? "infinite" : "finite"
  })\n| data | type | real | made | AUC real/made | real halves | pasted back | told by (single AUC) | nn_score | novelty |\n|${" --- |".repeat(10)}\n${lines.join("\n")}\n\n`;
}

/** Labelled pictures: fit, then test cases with masks of their own. */
async function fromFolder(name) {
  const root = path.join(flag.work, name);
  rmSync(root, { recursive: true, force: true });
  const at = (folder) => path.join(root, folder);
  await FOLDERS[name](at("data"));
  await fitCheckpoint({ dataset: at("data"), output: at("ck") });
  process.env.SYNTH_BANK = path.join(at("ck"), "bank");
  const few =
    name.startsWith("pcba") || name.endsWith("by-name") || name.startsWith("meiwei")
      ? Math.min(count, 12)
      : count;
  const step = Number(flag.step);
  const make = async (of, to) =>
    runTestcases({
      checkpoint: at("ck"),
      testcases: await writeTestcases({
        checkpoint: at("ck"),
        dataset: at("data"),
        to: at(`${to}-tc`),
        count: few,
        seed: of,
      }),
      output: at(to),
      seed: of,
      workers: 1,
      step,
    });
  const before = process.cpuUsage();
  const run = await make(seed, "out");
  const cpu = process.cpuUsage(before);
  const runs = [run];
  for (let k = 1; k < Number(flag.seeds); k++) runs.push(await make(seed + k, `out-${k}`));
  const nulls = await nullsOf(at, runs);
  const bank = JSON.parse(readFileSync(path.join(at("ck"), "bank", "bank.json"), "utf8"));
  const rows = [];
  for (const { defectType } of run.evaluation.types) {
    const real = [];
    for (const item of bank.items.filter((i) => i.defectType === defectType && i.picture).slice(0, 5))
      real.push({ image: await decodeImage(path.join(at("ck"), "bank", item.picture)) });
    const made = [];
    for (const { job, made: m } of run.finished
      .filter((f) => f.job.row.defectType === defectType)
      .slice(0, 6)) {
      const picture = (folder) => decodeImage(path.join(at("out"), folder, `${job.name}.png`));
      made.push({
        before: await picture("original_image"),
        image: await picture("reconstructed_image"),
        box: m.instances[0].window,
      });
    }
    rows.push({ title: defectType, real, made });
  }
  return {
    name,
    made: run.made,
    perCore: (run.made / ((cpu.user + cpu.system) / 1e6)).toFixed(2),
    outside: Math.max(...run.finished.map((f) => f.made.outside)),
    types: run.evaluation.types.map((t) => ({
      type: t.defectType,
      real: bank.items.filter((i) => i.defectType === t.defectType && i.picture).length,
      made: t.samples,
      ...nulls.get(t.defectType),
      nn: t.nn_score?.toFixed(3),
      novelty: t.novelty?.toFixed(3),
    })),
    rows,
  };
}

/** The AUC of every type over all runs, what it is where nothing was painted, and the traits that tell most. */
async function nullsOf(at, runs) {
  const { types } = await readSynthCheckpoint(at("ck"), Number(flag.step));
  const found = new Map();
  const words = (v) => v && (v.n > 1 ? `${v.mean.toFixed(2)} ± ${v.sd.toFixed(2)}` : v.mean.toFixed(2));
  for (const [type, { specimens }] of types) {
    const pictured = specimens.filter((e) => e.picture);
    const own = runs.flatMap((r) => r.evaluation.types.filter((t) => t.defectType === type));
    const auc = words(meanSd(own.map((t) => t.auc?.auc ?? Number.NaN)));
    if (auc === undefined) continue;
    const real = pictured.map((e) => traitsOf(e.picture, e.mask));
    const folder = at(path.join("data", type.split("+")[0], "clean_image"));
    const cleanFiles = readdirSync(folder)
      .sort()
      .map((f) => path.join(folder, f));
    const pasted = [];
    for (let k = 0; k < 3; k++) {
      const back = await pastedBack({
        specimens: pictured,
        bank: at(path.join("ck", "bank")),
        cleanFiles,
        seed: k,
      });
      pasted.push(
        separability(
          real,
          back.map((b) => b.traits),
        )?.auc ?? Number.NaN,
      );
    }
    const made = [];
    for (const [k, run] of runs.entries())
      for (const { job } of run.finished.filter((f) => f.job.row.defectType === type)) {
        const picture = (name, as) =>
          decodeImage(path.join(at(k === 0 ? "out" : `out-${k}`), name, `${job.name}.png`), as);
        const region = threshold(grey(await picture("original_mask", "gray")), 127);
        made.push(traitsOf(await picture("reconstructed_image"), region));
      }
    const tells = tellTales(real, made).map((t) => `${t.name} ${t.auc.toFixed(2)}`);
    found.set(type, {
      auc,
      halves: words(halvesOf(real)),
      pasted: words(meanSd(pasted)),
      tells: tells.join(", "),
    });
  }
  return found;
}

/** Golden and test pairs: learned from the NG rows of the seed set, as the loop does. */
async function fromPairs(name) {
  const root = sharedData(name);
  const read = await readTable(path.join(root, "train/base/training_set.csv"));
  const { rows } = toPairRows(read.table, {
    imagesDir: path.join(root, "images"),
    lights: ["SolderLight"],
    imageExt: ".jpg",
  });
  const ngRows = rows.filter((r) => r.ng === 1);
  const cleanRows = rows.filter((r) => r.ng === 0);
  const types =
    name === "deeppcb" ? ["open", "short", "mousebite", "spur", "copper", "pin-hole"] : ["pitting"];
  const out = path.join(flag.work, name);
  rmSync(out, { recursive: true, force: true });
  const before = process.cpuUsage();
  const made = await generate({
    ngRows,
    cleanRows,
    defects: types,
    numSdg: types.length * count,
    seed,
    outDir: path.join(out, "anomalygen"),
    stageDir: path.join(out, "images"),
    subdir: "synthetic_iter1",
    lights: ["SolderLight"],
    imageExt: ".jpg",
    workspaceRelative: "images",
    workers: 1,
  });
  const cpu = process.cpuUsage(before);
  const provenance = readFileSync(made.files.provenance, "utf8")
    .trim()
    .split("\n")
    .map((l) => JSON.parse(l));
  const around = await learnSurroundings(pairs(cleanRows.slice(0, 32)));
  const kpi = await realRows(root);
  const sheetRows = [];
  const stats = [];
  let outside = 0;
  for (const type of types) {
    const real = [];
    // Of the same boards where there are enough, else of other boards, which can be told by their ground alone.
    const same = ngRows.filter((r) => r.label === type);
    for (const row of same.length >= 12
      ? same.slice(0, 40)
      : kpi.filter((r) => r.label === type).slice(0, 40)) {
      const e = await exemplarOfRow(row, around);
      if (e) real.push({ e, row });
    }
    const own = provenance.filter((p) => p.label === type);
    const traits = [];
    const pictures = [];
    for (const p of own) {
      const sdg = (folder) => path.join(out, "anomalygen", "sdg", folder, `${p.object_name}.png`);
      const image = await decodeImage(sdg("reconstructed_image"));
      const clean = await decodeImage(path.resolve(out, "anomalygen", p.clean_test[0]));
      outside = Math.max(outside, changeFrom(image, clean, await decodeImage(sdg("original_mask"), "gray")));
      // Both kinds are looked at in the same way: the staged picture, under a mask found by comparing the pair.
      const staged = made.rows.find((r) => r.objectName === p.object_name);
      const seen = staged && (await exemplarOfRow(staged, around));
      if (seen) traits.push(traitsOf(seen.test[0], seen.mask));
      if (pictures.length < 12)
        pictures.push({
          before: clean,
          image,
          box: p.mask_box,
        });
    }
    const auc = separability(
      real.map(({ e }) => traitsOf(e.test[0], e.mask)),
      traits,
    );
    stats.push({
      type: same.length >= 12 ? type : `${type} (real: other boards)`,
      real: real.length,
      made: own.length,
      auc: auc?.auc.toFixed(2),
    });
    const shown = [];
    for (const { row } of real.slice(0, 5)) shown.push({ image: await decodeImage(row.test[0]) });
    sheetRows.push({ title: type, real: shown, made: pictures });
  }
  return {
    name,
    made: provenance.length,
    perCore: (made.draws / ((cpu.user + cpu.system) / 1e6)).toFixed(2),
    outside,
    types: stats,
    rows: sheetRows,
  };
}

/** Greatest change of a channel farther than four pixels from the mask: what blending may touch ends there. */
function changeFrom(image, clean, mask) {
  const far = distanceTo(threshold(grey(mask), 127));
  let most = 0;
  for (let i = 0; i < image.data.length; i++)
    if (far.data[Math.floor(i / image.channels)] > 4)
      most = Math.max(most, Math.abs(image.data[i] - clean.data[i]));
  return most;
}

async function realRows(root) {
  const found = [];
  for (const table of ["kpi/testing_set.csv", "train/base/validation_set.csv"]) {
    const { table: t } = await readTable(path.join(root, table));
    found.push(
      ...toPairRows(t, { imagesDir: path.join(root, "images"), lights: ["SolderLight"], imageExt: ".jpg" })
        .rows,
    );
  }
  return found.filter((r) => r.ng === 1);
}

async function* pairs(rows) {
  for (const row of rows)
    yield { test: [await decodeImage(row.test[0])], golden: [await decodeImage(row.golden[0])] };
}

if (!flag.json) {
  mkdirSync(flag.work, { recursive: true });
  writeFileSync(
    path.join(flag.work, "synth.json"),
    JSON.stringify(
      all.map((a) => ({ ...a, rows: undefined })),
      null,
      2,
    ),
  );
}
