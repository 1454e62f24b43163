// place, synth fit and synth run, one after the other, on real pictures: meiwei-pcb (pads with five labelled pictures and 150
// further masks) and amp-examples (three generated boards; tile, board and capsules by name and mask alone). Counts must
// agree along the chain; writes a contact sheet each. Needs `npm run build` and ../shared/data.
// usage: node bench/chain.mjs [--data meiwei-pcb,amp-examples] [--count 12] [--sheets <dir>] [--work <dir>] [--json]
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decodeImage } from "../dist/kit/images.js";
import { sharedData } from "../dist/kit/testing.js";
import { placeMasks } from "../dist/placement/index.js";
import { fitCheckpoint, runTestcases } from "../dist/synthesis/index.js";
import { sheet } from "./lib-sheet.mjs";

const { values: flag } = parseArgs({
  options: {
    data: { type: "string", default: "meiwei-pcb,amp-examples" },
    count: { type: "string", default: "12" },
    sheets: { type: "string", default: fileURLToPath(new URL("../docs/images", import.meta.url)) },
    work: { type: "string", default: path.join(tmpdir(), "reflow-bench-chain") },
    json: { type: "boolean", default: false },
  },
});

const FOLDERS = { "meiwei-pcb": meiwei, "amp-examples": examples };
for (const name of flag.data.split(",")) {
  const at = (...parts) => path.join(flag.work, name, ...parts);
  rmSync(at(), { recursive: true, force: true });
  const types = FOLDERS[name](sharedData(name), (from, ...to) => {
    const file = at("data", ...to);
    mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(from, file);
  });
  const spec = types.map((t) => JSON.stringify({ defect_type: t, spatial_dependency: "free" }));
  writeFileSync(at("data", "defect_spec.jsonl"), `${spec.join("\n")}\n`);
  const placed = await placeMasks({
    dataset: at("data"),
    numSdg: Number(flag.count) * types.length,
    output: at("placed"),
    workers: 1,
  });
  const fitted = await fitCheckpoint({ dataset: at("data"), output: at("ck") });
  const run = await runTestcases({
    checkpoint: at("ck"),
    testcases: placed.files.testcase,
    output: at("out"),
    workers: 1,
  });
  const rows = types.map((type) => ({ title: type, real: [], made: [] }));
  for (const { job, made } of run.finished) {
    const row = rows.find((r) => r.title === job.row.defectType);
    if (row.made.length === 6) continue;
    const picture = (folder) => decodeImage(at("out", folder, `${job.name}.png`));
    const box = made.instances[0].window;
    row.made.push({
      before: await picture("original_image"),
      image: await picture("reconstructed_image"),
      box,
    });
  }
  const bank = JSON.parse(readFileSync(at("ck", "bank", "bank.json"), "utf8"));
  for (const row of rows)
    for (const { picture } of bank.items.filter((i) => i.defectType === row.title && i.picture).slice(0, 3))
      row.real.push({ image: await decodeImage(at("ck", "bank", picture)) });
  await sheet(path.join(flag.sheets, `chain-${name}.jpg`), rows);
  const codes = (list) => [...new Set(list.map((p) => `${p.severity} ${p.code}`))];
  const told = {
    name,
    planned: placed.allocation,
    placed: placed.placed,
    lines: run.lines,
    made: run.counts,
    outside: Math.max(0, ...run.finished.map((f) => f.made.outside)),
    problems: { place: codes(placed.problems), fit: codes(fitted.problems), run: codes(run.problems) },
    refused: run.problems
      .filter((p) => p.severity === "error")
      .map((p) => `line ${p.where?.row}: ${p.message}`),
  };
  process.stdout.write(flag.json ? `${JSON.stringify(told)}\n` : `${JSON.stringify(told, undefined, 1)}\n`);
}

function meiwei(root, put) {
  for (const k of ["a", "b", "c", "d", "e"]) {
    put(path.join(root, "triplets", `${k}_test.png`), "Pad", "anomaly_image", "defect", `${k}.png`);
    put(path.join(root, "triplets", `${k}_mask.png`), "Pad", "mask", "defect", `${k}_mask.png`);
    put(path.join(root, "triplets", `${k}_golden.png`), "Pad", "clean_image", `${k}.png`);
  }
  const masks = readdirSync(path.join(root, "masks"), { recursive: true }).filter((f) => f.endsWith(".png"));
  for (const file of masks.sort().slice(0, 30))
    put(path.join(root, "masks", file), "Pad", "mask", "defect", `m_${path.parse(file).name}_mask.png`);
  return ["Pad+defect"];
}

function examples(root, put) {
  for (const k of [0, 1, 2]) {
    const stem = `PCB+defect_0000${k}`;
    const made = path.join(root, "generation");
    put(
      path.join(made, "reconstructed_image", `${stem}_step75000.png`),
      "Pcb",
      "anomaly_image",
      "defect",
      `${k}.png`,
    );
    put(path.join(made, "original_mask", `${stem}.png`), "Pcb", "mask", "defect", `${k}_mask.png`);
    put(path.join(made, "original_image", `${stem}.png`), "Pcb", "clean_image", `${k}.png`);
  }
  const by = path.join(root, "auto_mask_placement");
  for (const [texture, defect, folder, stem] of [
    ["Board", "scratch", "pcb_surface_example", "pcb_surface"],
    ["Tile", "blowhole", "magnetic_tile_surface_example", "magnetic_tile_surface"],
    ["Capsules", "stain", "visa_example", "capsules"],
  ]) {
    put(path.join(by, folder, `${stem}.jpg`), texture, "clean_image", `${stem}.jpg`);
    put(path.join(by, folder, `${stem}_submask.png`), texture, "mask", defect, `${stem}_mask.png`);
  }
  return ["Pcb+defect", "Board+scratch", "Tile+blowhole", "Capsules+stain"];
}
