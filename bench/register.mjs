// Registration: error of 60 photo cases with known truth, DeepPCB pairs under known perturbations, right boards refused
// and wrong boards accepted, seconds at 1080p; the same cases by OpenCV's ECC, and toy cases by another implementation
// of the contract's search (`usd2roi_register.py`), each in this run.
// usage: node bench/register.mjs [--only photos,boards,wrong,time,toys] [--upstream <folder of usd2roi_register.py>]
//        [--python <python3 with numpy, OpenCV, yaml>] [--no-ecc] [--every N --from M: only cases M, M + N, …]
//        [--seconds N: begin no case of a part later than that] [--json]
// Needs `npm run build`. Sources are rendered once into bench/results/register/sources (some minutes of CPU). Errors are
// mean distances over a 9 × 9 grid on the moving picture, pixels of the photo. Worst cases are drawn to bench/results/register.
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
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { decodeImage, encodeImage } from "../dist/kit/images.js";
import {
  fixedPicture,
  fromParams,
  movingPicture,
  multiply,
  overlaysOf,
  readMovingPixels,
  register,
} from "../dist/vision/registration/index.js";
import { corners, makeSources, PHOTO, RENDER, sources } from "./lib-photos.mjs";
import { cameraMap, develop, gridError, lose, photograph } from "./lib-warp.mjs";

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "photos,boards,wrong,time,toys" },
    upstream: { type: "string" },
    python: { type: "string", default: "python3" },
    ecc: { type: "boolean", default: true },
    every: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    seconds: { type: "string", default: "3600" },
    json: { type: "boolean", default: false },
  },
  allowNegative: true,
});
const every = Math.max(1, Number(flags.every) || 1);
const FAMILIES = ["turn", "scale", "shift", "perspective", "light", "noise", "missing", "everything"];

/** Pairs of corners of lib-photos.mjs: the first is looked for in the second; a corner in its own photo is right. */
const HOLES = [
  [0, 1],
  [1, 0],
  [0, 2],
  [2, 0],
  [3, 4],
  [4, 3],
  [0, 0],
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
];

/** Colour pictures of real things; the photo is the same picture under another camera, light and noise. */
const REAL = [
  "amp-examples/auto_mask_placement/visa_example/capsules.jpg",
  "meiwei-pcb/triplets/a_golden.png",
  "meiwei-pcb/triplets/b_golden.png",
  "meiwei-pcb/triplets/c_golden.png",
  "pcba-components/renders/032-0667.png",
  "pcba-components/renders/090-0420-000.png",
];

const from = Number(flags.from) || 0;
const begun = performance.now();
const wanted = (i) => i % every === from && performance.now() - begun < 1000 * Number(flags.seconds);
const parts = new Set(flags.only.split(","));
const here = path.dirname(fileURLToPath(import.meta.url));
const results = path.join(here, "results", "register");
const shared = path.join(here, "..", "..", "shared", "data");
mkdirSync(results, { recursive: true });
const work = mkdtempSync(path.join(tmpdir(), "register-bench-"));
const round = (v, digits = 3) => +v.toFixed(digits);
const cpuNow = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const quantile = (list, q) => {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length === 0
    ? undefined
    : round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]);
};
const report = {
  bench: "register",
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  load: round(loadavg()[0], 1),
};

try {
  const sourcesIn = path.join(results, "sources");
  if (parts.has("photos") || parts.has("wrong")) await makeSources(sourcesIn);
  else if (!existsSync(path.join(sourcesIn, `${sources[0].name}-photo.png`))) await makeSources(sourcesIn, 1);
  if (parts.has("wrong")) await makeSources(sourcesIn, Infinity, corners);
  if (parts.has("photos")) report.photos = await photos();
  if (parts.has("boards")) report.boards = await boards();
  if (parts.has("wrong")) report.wrong = await wrong();
  if (parts.has("time")) report.time = await time();
  if (parts.has("toys")) report.toys = await toys();
  console.log(JSON.stringify(report, null, flags.json ? 2 : 0));
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function source(name, kind) {
  const file = path.join(results, "sources", `${name}-${kind}.png`);
  return kind === "mask" ? readMovingPixels(file) : decodeImage(file);
}

/** What each family does to the photo; `k` is a number in [−1, 1) that goes through its range over the cases. */
function family(name, k) {
  const all = {
    turn: { turn: 5.5 * k },
    scale: { scale: 1 + 0.09 * k },
    shift: { dx: 90 * k, dy: -70 * k },
    perspective: {
      turn: 2 * k,
      scale: 1 - 0.02 * k,
      dx: -15 * k,
      dy: 12,
      tiltX: 0.02 * k,
      tiltY: -0.016 * k,
    },
    light: { light: { gamma: 1.8 ** k, invert: k > 0.5, slope: 0.7 * k, vignette: 0.5 } },
    noise: { light: { noise: 10 + 8 * Math.abs(k) } },
    missing: { lost: 12 },
    everything: {
      turn: 4 * k,
      scale: 1 - 0.05 * k,
      dx: 40 * k,
      dy: 30,
      tiltX: -0.015 * k,
      tiltY: 0.01,
      light: { gamma: 1.4 ** k, slope: -0.4 * k, vignette: 0.4, noise: 8 },
      lost: 8,
    },
  };
  const small = { turn: 0.7 * k + 0.2, scale: 1 + 0.008 * k, dx: 6.3 * k, dy: -4.7 };
  return { name, ...small, light: { noise: 4 }, lost: 0, ...all[name] };
}

/** The 60 cases: 48 of rendered boards (a quarter of them by label mask), 12 of real pictures. */
async function* photoCases() {
  for (let i = 0; i < 48; i++) {
    if (!wanted(i)) continue;
    const { name } = sources[i % sources.length];
    const f = family(FAMILIES[(i + Math.floor(i / 8)) % 8], ((i * 29) % 48) / 24 - 1 + 1 / 48);
    const kind = i % 4 === 1 ? "mask" : "render";
    const moving = await source(name, kind);
    const scene = await source(name, "photo");
    // The render is the middle of the photo's scene.
    const inner = [1, 0, (PHOTO.width - RENDER.width) / 2, 0, 1, (PHOTO.height - RENDER.height) / 2, 0, 0, 1];
    const size = { width: 1040, height: 780 };
    const camera = cameraMap(PHOTO, size, f);
    const seen = photograph(f.lost > 0 ? lose(scene, f.lost, i) : scene, camera, size);
    yield {
      name: `${name} ${kind}`,
      family: f.name,
      moving,
      photo: develop(seen, f.light, i),
      truth: multiply(camera, inner),
    };
  }
  for (let i = 0; i < 12; i++) {
    if (!wanted(i)) continue;
    const name = REAL[i % REAL.length];
    const file = path.join(shared, name);
    if (!existsSync(file)) continue;
    const moving = await decodeImage(file, "rgb");
    const f = family(FAMILIES[(3 * i + Math.floor(i / 6)) % 8], ((i * 7) % 12) / 6 - 1 + 1 / 12);
    const room = { ...f, dx: (f.dx * moving.width) / 1040, dy: (f.dy * moving.width) / 1040 };
    const camera = cameraMap(moving, moving, room);
    const seen = photograph(f.lost > 0 ? lose(moving, f.lost, i) : moving, camera, moving);
    yield {
      name: path.basename(name),
      family: f.name,
      moving,
      photo: develop(seen, f.light, i),
      truth: camera,
    };
  }
}

async function photos() {
  const rows = [];
  const pairs = [];
  let worst;
  for await (const { name, family: kind, moving, photo, truth } of photoCases()) {
    const model = kind === "perspective" || kind === "everything" ? "homography" : "similarity";
    const cpu = cpuNow();
    const found = register(movingPicture(moving), fixedPicture(photo), { model });
    const { mean, most } = gridError(found.matrix, truth, moving);
    rows.push({
      name,
      family: kind,
      mean,
      most,
      accepted: found.accepted,
      reason: found.reason,
      cpu: cpuNow() - cpu,
      polished: found.polished,
    });
    if (!worst || mean > worst.mean) worst = { mean, name, moving, photo, matrix: found.matrix };
    pairs.push({ moving, photo, model: model === "homography" ? "homography" : "affine", truth });
  }
  const edges = worst && overlaysOf(worst.moving, worst.photo, worst.matrix)?.edges;
  if (edges) writeFileSync(path.join(results, "worst.png"), await encodeImage(edges, "png"));
  const table = {};
  const row = (list) => ({
    cases: list.length,
    median: quantile(
      list.map((r) => r.mean),
      0.5,
    ),
    p95: quantile(
      list.map((r) => r.mean),
      0.95,
    ),
    worst: quantile(
      list.map((r) => r.mean),
      1,
    ),
    refused: list.filter((r) => !r.accepted).length,
    cpuSeconds: round(list.reduce((sum, r) => sum + r.cpu, 0) / list.length, 2),
  });
  for (const f of FAMILIES) table[f] = row(rows.filter((r) => r.family === f));
  table["by mask"] = row(rows.filter((r) => / mask$/.test(r.name)));
  table["by render"] = row(rows.filter((r) => / render$/.test(r.name)));
  table["real pictures"] = row(rows.filter((r) => /\.(png|jpg)$/.test(r.name)));
  table.all = row(rows);
  if (!flags.json) {
    console.table(table);
    for (const r of rows.filter((r) => !r.accepted || r.mean > 0.5))
      console.log(
        `${r.accepted ? "inexact" : "REFUSED"}: ${r.name}, ${r.family}: ${r.mean.toFixed(2)} px, ${r.reason}, polished ${r.polished}`,
      );
  }
  return {
    table,
    errors: rows.map((r) => [r.name, r.family, round(r.mean), r.accepted]),
    ecc: flags.ecc ? await ecc(pairs) : undefined,
  };
}

/** The same pairs by OpenCV. */
async function ecc(pairs) {
  const probe = spawnSync(flags.python, ["-c", "import cv2, numpy"]);
  if (probe.status !== 0)
    return { missing: `${flags.python} has no cv2 (apt-get install --no-install-recommends python3-opencv)` };
  const list = [];
  for (const [i, { moving, photo, model }] of pairs.entries()) {
    const file = (name) => path.join(work, `${i}-${name}.png`);
    await sharp(moving.data, { raw: moving }).removeAlpha().png({ compressionLevel: 1 }).toFile(file("m"));
    await sharp(photo.data, { raw: photo }).png({ compressionLevel: 1 }).toFile(file("f"));
    list.push({ moving: file("m"), fixed: file("f"), model });
  }
  const [from, to] = [path.join(work, "pairs.json"), path.join(work, "ecc.json")];
  writeFileSync(from, JSON.stringify(list));
  const done = spawnSync(flags.python, [path.join(here, "lib-ecc.py"), from, to], { encoding: "utf8" });
  if (done.status !== 0) return { missing: `failed: ${done.stderr.trim().split("\n").at(-1)}` };
  const { version, results: found } = JSON.parse(readFileSync(to, "utf8"));
  const errors = found.map((f, i) =>
    f.ok ? gridError(f.matrix, pairs[i].truth, pairs[i].moving).mean : 999,
  );
  const row = {
    version,
    cases: errors.length,
    median: quantile(errors, 0.5),
    p95: quantile(errors, 0.95),
    beyondOnePixel: errors.filter((e) => e > 1).length,
    gaveUp: found.filter((f) => !f.ok).length,
    cpuSeconds: round(found.reduce((sum, f) => sum + f.cpu, 0) / found.length, 2),
  };
  if (!flags.json) console.table({ "OpenCV ECC": row });
  return row;
}

async function deepPcb() {
  const root = path.join(shared, "deeppcb-boards", "pairs");
  if (!existsSync(root)) return [];
  const list = [];
  for (const board of readdirSync(root).sort())
    for (const f of readdirSync(path.join(root, board)).sort())
      if (f.endsWith("_golden.jpg")) {
        const golden = path.join(root, board, f);
        list.push({
          board,
          name: f.slice(0, 8),
          golden: await decodeImage(golden, "gray"),
          test: await decodeImage(golden.replace("_golden", "_test"), "gray"),
        });
      }
  return list;
}

/**
 * Template on tested board (with its defects), untouched and under a known camera and light. The pairs' own offset is
 * unknown, so the error is between the perturbed match and the untouched one moved by the perturbation.
 */
async function boards() {
  const rows = [];
  for (const [i, { board, name, golden, test }] of (await deepPcb()).entries()) {
    if (!wanted(i)) continue;
    const k = ((i * 17) % 40) / 20 - 1;
    const camera = cameraMap(golden, golden, { turn: 4 * k, scale: 1 + 0.05 * k, dx: 30 * k, dy: -22 * k });
    const photo = develop(
      photograph(test, camera, test),
      { gamma: 1.5 ** k, invert: i % 2 === 1, vignette: 0.3, noise: 8 },
      i,
    );
    const cpu = cpuNow();
    const still = register(movingPicture(golden), fixedPicture(test), { model: "affine" });
    const moved = register(movingPicture(golden), fixedPicture(photo), { model: "affine" });
    const { mean } = gridError(moved.matrix, multiply(camera, still.matrix), golden);
    rows.push({
      board,
      name,
      mean,
      accepted: still.accepted && moved.accepted,
      reason: `${still.reason}; ${moved.reason}`,
      cpu: (cpuNow() - cpu) / 2,
    });
  }
  if (rows.length === 0) return { missing: "no shared data" };
  const row = {
    pairs: rows.length,
    median: quantile(
      rows.map((r) => r.mean),
      0.5,
    ),
    p95: quantile(
      rows.map((r) => r.mean),
      0.95,
    ),
    worst: quantile(
      rows.map((r) => r.mean),
      1,
    ),
    refused: rows.filter((r) => !r.accepted).length,
    cpuSeconds: round(rows.reduce((sum, r) => sum + r.cpu, 0) / rows.length, 2),
  };
  if (!flags.json) {
    console.table({ "DeepPCB pairs": row });
    for (const r of rows.filter((r) => !r.accepted || r.mean > 0.5))
      console.log(
        `${r.accepted ? "inexact" : "REFUSED"}: ${r.board} ${r.name}: ${r.mean.toFixed(2)} px, ${r.reason}`,
      );
  }
  return { ...row, errors: rows.map((r) => [r.name, round(r.mean), r.accepted]) };
}

/**
 * Another window or copy of the same kind of board, another kind, another corner with the same mounting hole, and DeepPCB
 * templates with other boards' tests. The corners' own photos, which are right, stand beside them.
 */
async function wrong() {
  const rows = [];
  const right = [];
  let number = 0;
  const test = (name, moving, photo, list = rows) => {
    if (!wanted(number++)) return;
    const cpu = cpuNow();
    const r = register(movingPicture(moving), fixedPicture(photo));
    list.push({
      name,
      accepted: r.accepted,
      share: r.consistency.share,
      chance: r.consistency.chance,
      mi: r.miAfter,
      reason: r.reason,
      cpu: cpuNow() - cpu,
    });
  };
  const size = { width: 1040, height: 780 };
  const seen = async ({ name }) =>
    photograph(await source(name, "photo"), cameraMap(PHOTO, size, { turn: 1 }), size);
  for (const [i, a] of sources.entries())
    for (const step of [1, 3]) {
      const b = sources[(i + step) % sources.length];
      const kind = step === 3 ? "mask" : "render";
      test(`${a.name} ${kind} in ${b.name}`, await source(a.name, kind), await seen(b));
    }
  for (const [a, b] of HOLES)
    for (const kind of ["render", "mask"])
      test(
        `${corners[a].name} ${kind} in ${corners[b].name}`,
        await source(corners[a].name, kind),
        await seen(corners[b]),
        a === b ? right : rows,
      );
  const all = await deepPcb();
  for (let i = 0; i < all.length; i += 2)
    test(
      `${all[i].name} in ${all[(i + 11) % all.length].name}`,
      all[i].golden,
      all[(i + 11) % all.length].test,
    );
  const summary = (list) => ({
    pairs: list.length,
    accepted: list.filter((r) => r.accepted).length,
    lowestShare: round(Math.min(...list.map((r) => r.share)), 2),
    highestShare: round(Math.max(...list.map((r) => r.share)), 2),
    lowestMi: round(Math.min(...list.map((r) => r.mi)), 2),
    highestMi: round(Math.max(...list.map((r) => r.mi)), 2),
    cpuSeconds: round(list.reduce((sum, r) => sum + r.cpu, 0) / list.length, 2),
  });
  const holes = rows.filter((r) => /-(left|right) in /.test(r.name.replace(/ (render|mask)/, "")));
  const table = {
    "wrong boards": summary(rows),
    "… with the same hole": summary(holes),
    "these corners, right": summary(right),
  };
  if (!flags.json) {
    console.table(table);
    for (const r of rows.filter((r) => r.accepted)) console.log(`ACCEPTED: ${r.name}: ${r.reason}`);
    for (const r of right.filter((r) => !r.accepted)) console.log(`REFUSED: ${r.name}: ${r.reason}`);
  }
  return {
    table,
    shares: [...rows, ...right].map((r) => [r.name, round(r.share, 2), round(r.mi), r.accepted]),
  };
}

/** One pair of 1920 × 1080, from pixels to verdict, wall clock, first call and median of the next ones. */
async function time() {
  const size = { width: 1920, height: 1080 };
  const big = async (kind) => {
    const file = path.join(results, "sources", `${sources[0].name}-${kind}.png`);
    const { data } = await sharp(file)
      .removeAlpha()
      .resize(1920, 1440, { kernel: "cubic" })
      .extract({ left: 0, top: 180, ...size })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { ...size, channels: 3, data: new Uint8Array(data) };
  };
  const scene = await big("photo");
  const moving = await big("photo");
  const photo = develop(
    photograph(scene, cameraMap(size, size, { turn: 1.5, scale: 1.02, dx: 30, dy: -20 }), size),
    { gamma: 1.3, slope: 0.4, noise: 6 },
    1,
  );
  const walls = [];
  const rows = {};
  for (const model of ["similarity", "homography"]) {
    walls.length = 0;
    const cpu = cpuNow();
    for (let i = 0; i < 6; i++) {
      const start = performance.now();
      register(movingPicture(moving), fixedPicture(photo), { model });
      walls.push((performance.now() - start) / 1000);
    }
    rows[model] = {
      firstSeconds: round(walls[0], 2),
      seconds: quantile(walls.slice(1), 0.5),
      cpuSeconds: round((cpuNow() - cpu) / 6, 2),
    };
  }
  if (!flags.json) console.table(rows);
  return rows;
}

/** Toy cases of the contract's search: a small picture under a map of contract 4.2 with inverted light. */
async function toys() {
  const rows = {};
  const cases = {
    "a: 320 × 240, wide": {
      width: 320,
      truth: { scaleX: 1.04, scaleY: 0.96, rotation_deg: 0.5, tx: 5, ty: -3 },
      ranges: { rot_range_deg: [-1, 1, 0.25], shift_range: 20, shift_step: 4 },
    },
    "b: 640 × 480, template": {
      width: 640,
      truth: { scaleX: 1.02, scaleY: 1.03, rotation_deg: 0.05, tx: 14, ty: -9 },
      ranges: { rot_range_deg: [-0.1, 0.1, 0.05], shift_range: 100, shift_step: 1 },
    },
  };
  for (const [name, { width, truth, ranges }] of Object.entries(cases)) {
    const { data, info } = await sharp(path.join(results, "sources", `${sources[0].name}-render.png`))
      .resize(width, (width * 3) / 4, { kernel: "cubic" })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const render = { width: info.width, height: info.height, channels: 3, data: new Uint8Array(data) };
    const [from, to] = ranges.rot_range_deg;
    const map = fromParams(truth, render, render);
    const photo = develop(photograph(render, map, render), { invert: true, gamma: 1.4, noise: 3 }, 3);
    const search = {
      shift: ranges.shift_range,
      rotation: [from, to],
      scaleX: [0.9, 1.1],
      scaleY: [0.9, 1.1],
    };
    // CPU of this process: the first call compiles (cold, first case only), the others do not; Node's start is left out.
    const cpus = [];
    let found;
    for (let i = 0; i < 8; i++) {
      const start = cpuNow();
      found = register(movingPicture(render), fixedPicture(photo), { model: "two-scale", search });
      cpus.push(cpuNow() - start);
    }
    const cpu = quantile(cpus.slice(1), 0.5);
    const ours = gridError(found.matrix, map, render).mean;
    const row = {
      ours: round(ours),
      oursMi: round(found.miAfter, 4),
      firstCpuSeconds: round(cpus[0], 2),
      oursCpuSeconds: round(cpu, 3),
    };
    if (flags.upstream) {
      const folder = path.join(work, name.slice(0, 1));
      mkdirSync(path.join(folder, "sdg"), { recursive: true });
      for (const file of ["rgb_0000", "semantic_segmentation_0000"])
        writeFileSync(path.join(folder, "sdg", `${file}.png`), await encodeImage(render, "png"));
      const real = path.join(folder, "photo.png");
      writeFileSync(real, await encodeImage(photo, "png"));
      const config = path.join(folder, "config.yaml");
      const registration = {
        sx_range: [0.9, 1.1, 0.02],
        sy_range: [0.9, 1.1, 0.02],
        ...ranges,
        pyr_levels: 3,
        bins: 64,
        no_resize: true,
        min_mi: null,
      };
      writeFileSync(config, JSON.stringify({ output: { dir: folder }, real_image: real, registration }));
      const clock = [
        "-c",
        "import resource, runpy, sys, cv2, numpy, yaml; b = resource.getrusage(resource.RUSAGE_SELF); sys.argv = sys.argv[1:]\ntry: runpy.run_path(sys.argv[0], run_name='__main__')\nexcept SystemExit: pass\nu = resource.getrusage(resource.RUSAGE_SELF); print('CPU', u.ru_utime + u.ru_stime - b.ru_utime - b.ru_stime)",
      ];
      const done = spawnSync(
        flags.python,
        [...clock, path.join(flags.upstream, "usd2roi_register.py"), "--config", config],
        { encoding: "utf8" },
      );
      const file = path.join(folder, "aligned", "params.json");
      if (!existsSync(file)) row.upstream = `failed: ${done.stderr.trim().split("\n").at(-1)}`;
      else {
        const p = JSON.parse(readFileSync(file, "utf8"));
        const theirs = fromParams(p, render, render);
        row.upstream = round(gridError(theirs, map, render).mean);
        row.upstreamMi = round(p.mi_after, 4);
        row.upstreamCpuSeconds = round(+(done.stdout.match(/CPU ([\d.]+)/)?.[1] ?? 0), 1);
        row.apart = round(gridError(found.matrix, theirs, render).mean);
        row.timesFaster = round(row.upstreamCpuSeconds / cpu, 0);
      }
    }
    rows[name] = row;
  }
  if (!flags.json) console.table(rows);
  return rows;
}
