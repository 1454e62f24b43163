// The path tracer: rays per second, seconds per tile at preview and final quality, cost of a pose change, and Blender
// Cycles on the CPU with the same meshes, materials, lights and camera: pictures and error at equal time.
// usage: node bench/render.mjs [--board dense|mixed|stand-in] [--workers 2] [--pixels 512] [--window 12.8]
//        [--reference 512] [--no-cycles] [--json]
// Needs `npm run build`. The peer is Debian's blender (apt-get install --no-install-recommends blender); without it that
// part is left out by name. Pictures go to bench/results/render. All times are CPU seconds: they hold on a busy machine.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { boardByName } from "../dist/scene/boards/index.js";
import { buildScene } from "../dist/scene/build/index.js";
import { openScene } from "../dist/scene/flatten/index.js";
import { FINAL, openRenderer, PREVIEW } from "../dist/scene/render/index.js";
import { encodeSrgb } from "../dist/scene/render/sensor/index.js";
import { benchBoard, benchLights, benchView } from "./lib-board.mjs";

const { values: flags } = parseArgs({
  options: {
    board: { type: "string", default: "dense" },
    workers: { type: "string", default: "2" },
    pixels: { type: "string", default: "512" },
    window: { type: "string", default: "12.8" },
    reference: { type: "string", default: "512" },
    cycles: { type: "boolean", default: true },
    json: { type: "boolean", default: false },
  },
  allowNegative: true,
});
const [workers, pixels, windowSize, referenceSamples] = ["workers", "pixels", "window", "reference"].map(
  (f) => +flags[f],
);
const here = path.dirname(fileURLToPath(import.meta.url));
const results = path.join(here, "results", "render");
mkdirSync(results, { recursive: true });
const work = mkdtempSync(path.join(tmpdir(), "render-bench-"));

/** Radiance that is white in the pictures and in the error. */
const FULL_SCALE = 1.5;
const cpuNow = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const round = (v, digits = 2) => (v === undefined ? undefined : +v.toFixed(digits));

try {
  const { scene, name } = await loadBoard();
  const started = cpuNow();
  const renderer = await openRenderer(scene, { workers });
  const load = cpuNow() - started;
  const { min, max } = renderer.bounds();
  const view = benchView((min[0] + max[0]) / 2, (min[1] + max[1]) / 2, windowSize);
  const lights = benchLights([(min[0] + max[0]) / 2, (min[1] + max[1]) / 2]);
  const frame = { view, lights, width: pixels, height: pixels, seed: 1 };
  const timed = async (settings) => {
    const cpu = cpuNow();
    const wall = performance.now();
    const made = await renderer.render({ ...frame, ...settings });
    return { ...made, cpu: cpuNow() - cpu, wall: (performance.now() - wall) / 1000 };
  };

  await timed({ samples: 1, bounces: 1 }); // warm-up
  const idCpu = cpuNow();
  await renderer.identify(view, pixels, pixels);
  const ids = cpuNow() - idCpu;
  const poses = [];
  for (let i = 0; i < 20; i++) {
    const [cpu, wall] = [cpuNow(), performance.now()];
    await renderer.pose(new Map([[i, { visible: i % 2 === 0 }]]));
    poses.push({ cpu: (cpuNow() - cpu) * 1000, wall: performance.now() - wall });
  }
  await renderer.pose(new Map(Array.from({ length: 20 }, (_, i) => [i, { visible: true }])));
  poses.sort((a, b) => a.cpu - b.cpu);

  const raw = await timed({ ...FINAL, denoise: false });
  const preview = await timed(PREVIEW);
  const final = await timed(FINAL);
  const reference = await timed({ samples: referenceSamples, bounces: FINAL.bounces, seed: 99 });
  await renderer.close();

  const rows = [
    row("reflow preview", PREVIEW.samples, preview, reference.rgb),
    row("reflow final", FINAL.samples, final, reference.rgb),
    row("reflow final, not denoised", FINAL.samples, raw, reference.rgb),
  ];
  await picture("reflow-preview", preview.rgb);
  await picture("reflow-final", final.rgb);
  await picture("reflow-reference", reference.rgb);
  let peer = { missing: "left out: --no-cycles" };
  if (flags.cycles) {
    peer = await cycles(scene, view, lights, { preview: preview.cpu, final: final.cpu });
    if (!peer.missing) {
      rows.push(...peer.rows);
      peer.referencesDiffer = round(rmse(peer.reference, reference.rgb), 2);
      await sideBySide(peer);
      delete peer.reference;
      delete peer.rows;
    }
  }

  const report = {
    bench: "render",
    board: name,
    parts: scene.parts.length,
    triangles: scene.parts.reduce((sum, part) => sum + scene.meshes[part.mesh].triangles.length / 3, 0),
    lights: lights.length,
    pixels,
    workers,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    load: round(loadavg()[0]),
    loadSceneSeconds: round(load),
    idPassSeconds: round(ids, 3),
    poseChangeMs: { cpu: round(poses[10].cpu, 1), wall: round(poses[10].wall, 1) },
    millionRaysPerCpuSecond: round(raw.rays / raw.cpu / 1e6),
    runs: rows,
    cycles: peer,
  };
  if (!flags.json) {
    console.table(Object.fromEntries(rows.map(({ name: runner, ...rest }) => [runner, rest])));
    if (peer.missing) console.log(`Blender Cycles: ${peer.missing}`);
  }
  console.log(JSON.stringify(report, null, flags.json ? 2 : 0));
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function loadBoard() {
  if (flags.board === "stand-in") {
    const { scene, components } = benchBoard(1);
    return { scene, name: `stand-in (${components} components)` };
  }
  const board = boardByName(flags.board);
  const file = path.join(work, "board.usda");
  const built = buildScene(board, { seed: 1 });
  writeFileSync(file, built.usda);
  const { scene, problems } = await openScene(file);
  if (!scene) throw new Error(problems.map((p) => p.message).join("; "));
  return { scene, name: `${flags.board} (${built.components} components)` };
}

function row(runner, samples, made, reference) {
  return {
    name: runner,
    samples,
    cpuSeconds: round(made.cpu),
    wallSeconds: round(made.wall),
    error: round(rmse(made.rgb, reference)),
  };
}

/** Root mean square of the differences in grey levels of 255, sRGB. */
function rmse(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++)
    sum += (encodeSrgb(a[i] / FULL_SCALE) - encodeSrgb(b[i] / FULL_SCALE)) ** 2;
  return Math.sqrt(sum / a.length) * 255;
}

function bytesOf(rgb) {
  return Uint8Array.from(rgb, (v) => Math.round(encodeSrgb(v / FULL_SCALE) * 255));
}

async function picture(name, rgb) {
  const raw = { width: pixels, height: pixels, channels: 3 };
  await sharp(bytesOf(rgb), { raw })
    .png()
    .toFile(path.join(results, `${name}.png`));
}

/** Cycles with as many samples as fit into the given CPU seconds, and a converged picture of its own. */
async function cycles(scene, view, lights, seconds) {
  const probe = spawnSync("blender", ["--version"]);
  if (probe.status !== 0)
    return { missing: "blender is not installed (apt-get install --no-install-recommends blender)" };
  const file = (name) => path.join(work, `${name}.f32`);
  const job = {
    materials: scene.materials,
    meshes: scene.meshes.map((mesh) => ({
      points: Array.from(mesh.points),
      triangles: Array.from(mesh.triangles),
      ...(mesh.normals ? { normals: Array.from(mesh.normals) } : {}),
    })),
    parts: scene.parts
      .filter((part) => part.visible)
      .map(({ mesh, material, world }) => ({ mesh, material, world })),
    lights,
    view,
    pixels,
    threads: workers,
    bounces: FINAL.bounces,
    scratch: path.join(work, "scratch"),
    result: path.join(work, "result.json"),
  };
  const run = (runs) => {
    writeFileSync(path.join(work, "job.json"), JSON.stringify({ ...job, runs }));
    const script = path.join(here, "lib-cycles.py");
    const done = spawnSync("blender", ["-b", "-P", script, "--", path.join(work, "job.json")], {
      maxBuffer: 1 << 28,
    });
    try {
      return JSON.parse(readFileSync(job.result, "utf8"));
    } catch {
      return { error: `${done.stdout}${done.stderr}`.trim().split("\n").slice(-3).join(" ") };
    }
  };
  const first = run([{ samples: 16, seed: 1, file: file("probe") }]);
  if (first.error) return { missing: `blender failed: ${first.error}` };
  const perSample = first.runs[1].cpu / 16;
  const samplesFor = (budget) => Math.max(1, Math.round(budget / perSample));
  const made = run([
    { samples: samplesFor(seconds.preview), seed: 1, file: file("preview") },
    { samples: samplesFor(seconds.final), seed: 1, file: file("final") },
    { samples: FINAL.samples, seed: 1, file: file("same") },
    { samples: referenceSamples, seed: 99, file: file("reference") },
  ]);
  if (made.error) return { missing: `blender failed: ${made.error}` };
  const read = (name) => {
    const bytes = readFileSync(file(name));
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  const reference = read("reference");
  for (const name of ["preview", "final", "reference"]) await picture(`cycles-${name}`, read(name));
  const rows = [
    ["cycles, time of our preview", "preview", 1],
    ["cycles, time of our final", "final", 2],
    ["cycles, samples of our final", "same", 3],
  ].map(([runner, name, i]) =>
    row(runner, made.runs[i].samples, { ...made.runs[i], rgb: read(name) }, reference),
  );
  return { version: made.version, cpuSecondsPerSample: round(perSample, 3), rows, reference };
}

/** Ours above, Cycles below: preview time, final time, converged; the middle of each picture. */
async function sideBySide() {
  const cut = Math.min(256, pixels);
  const at = Math.floor((pixels - cut) / 2);
  const names = ["preview", "final", "reference"].flatMap((quality, x) =>
    ["reflow", "cycles"].map((who, y) => ({ file: `${who}-${quality}.png`, x, y })),
  );
  const pieces = await Promise.all(
    names.map(async ({ file, x, y }) => ({
      input: await sharp(path.join(results, file))
        .extract({ left: at, top: at, width: cut, height: cut })
        .toBuffer(),
      left: x * (cut + 4),
      top: y * (cut + 4),
    })),
  );
  await sharp({
    create: { width: 3 * cut + 8, height: 2 * cut + 4, channels: 3, background: "#fff" },
  })
    .composite(pieces)
    .png({ palette: true, quality: 90 })
    .toFile(path.join(results, "side-by-side.png"));
}
