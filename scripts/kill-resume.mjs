// Kills `place`, `synth fit`, `synth run` (also with search and filter) and `appearance` (by exemplars and by a server) at
// random moments (SIGKILL), gives the same command again until it ends, and compares every byte with an undisturbed run;
// then a full and a read-only output, and two commands at once. Needs `npm run build` and ../shared/data/magnetic-tile.
// usage: node scripts/kill-resume.mjs [--kills 10] [--seed 1] [--only "synth run,appearance"] [--keep]
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { EDIT_MODEL } from "../dist/appearance/index.js";
import { seeded } from "../dist/kit/random.js";
import { sharedData } from "../dist/kit/testing.js";
import { differing, run, tree } from "./lib-kill.mjs";

const { values: flag } = parseArgs({
  options: {
    kills: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});
const cli = fileURLToPath(new URL("../bin/reflow.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "reflow-kill-"));
const random = seeded(Number(flag.seed));
const tiles = sharedData("magnetic-tile");
if (!tiles) throw new Error("../shared/data/magnetic-tile is not here");

const put = (from, ...to) => {
  const file = path.join(root, ...to);
  mkdirSync(path.dirname(file), { recursive: true });
  cpSync(from, file);
};
for (const label of ["blowhole", "break"])
  for (const name of readdirSync(path.join(tiles, "images", label)).slice(0, 4)) {
    const { name: stem, ext } = path.parse(name);
    put(path.join(tiles, "images", label, name), "data", "Tile", "anomaly_image", label, `${stem}${ext}`);
    put(path.join(tiles, "masks", label, `${stem}.png`), "data", "Tile", "mask", label, `${stem}_mask.png`);
  }
for (const name of readdirSync(path.join(tiles, "images", "free")).slice(0, 4)) {
  put(path.join(tiles, "images", "free", name), "data", "Tile", "clean_image", name);
  put(path.join(tiles, "images", "free", name), "renders", name);
}
for (const name of readdirSync(path.join(tiles, "images", "fray")).slice(0, 3))
  put(path.join(tiles, "images", "fray", name), "photos", name);
writeFileSync(
  path.join(root, "data", "defect_spec.jsonl"),
  ["blowhole", "break"]
    .map((a) => `${JSON.stringify({ defect_type: `Tile+${a}`, spatial_dependency: "free" })}\n`)
    .join(""),
);

/** Runs the command; kills it after `after` ms. With `shell` in a namespace of its own, where that may mount. */
function reflow(args, { after, shell } = {}) {
  const own = ["unshare", "-Urm", "sh", "-c", shell, "sh", process.execPath, cli, ...args];
  return run(shell ? own : [process.execPath, cli, ...args, "--plain"], { cwd: root, after });
}

/** An image-edit server of the chat dialect: every picture twice as large and brighter. */
async function editServer() {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    response.setHeader("content-type", "application/json");
    if (request.method === "GET") return response.end(JSON.stringify({ data: [{ id: EDIT_MODEL }] }));
    const [, { image_url }] = JSON.parse(Buffer.concat(parts)).messages[0].content;
    const picture = sharp(Buffer.from(image_url.url.split("base64,")[1], "base64"));
    const { width } = await picture.metadata();
    const edited = await picture
      .resize(2 * width)
      .linear(1.1, 10)
      .png()
      .toBuffer();
    const url = `data:image/png;base64,${edited.toString("base64")}`;
    const content = [{ type: "image_url", image_url: { url } }];
    response.end(JSON.stringify({ choices: [{ message: { content } }] }));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/v1`, close: () => server.close() };
}

const commands = {
  place: (out) => ["place", "--dataset", "data", "--num-sdg", "16", "--output", out, "--workers", "1"],
  "synth fit": (out) => ["synth", "fit", "--dataset", "data", "--output", out],
  "synth run": (out) => [
    ...["synth", "run", "--checkpoint", "whole-synth-fit", "--testcases", "whole-place/testcase.jsonl"],
    ...["--output", out, "--workers", "1"],
  ],
  "synth refine": (out) => [
    ...["synth", "run", "--checkpoint", "whole-synth-fit", "--testcases", "whole-place/testcase.jsonl"],
    ...["--output", out, "--workers", "1", "--search", "1", "--nn-threshold", "0.93"],
  ],
  appearance: (out) => [
    ...["appearance", "--input", "renders", "--exemplars", "photos", "--output", out],
    ...["--concurrency", "1"],
  ],
  "appearance server": (out) => [
    ...["appearance", "--input", "renders", "--endpoint", server.url, "--output", out],
  ],
};
const server = await editServer();
const wantedOnes = flag.only?.split(",").map((n) => n.trim());
const unknown = wantedOnes?.filter((n) => !Object.hasOwn(commands, n)) ?? [];
if (unknown.length > 0) throw new Error(`no such command: ${unknown.join(", ")}`);
let bad = 0;
for (const [name, args] of Object.entries(commands)) {
  const key = name.replace(" ", "-");
  const asked = !wantedOnes || wantedOnes.includes(name);
  // Others work on what these make.
  if (!asked && name !== "place" && name !== "synth fit") continue;
  const whole = `whole-${key}`;
  const first = await reflow(args(whole));
  // 3: a test case of these cannot be made; it must be so each time.
  if (first.code !== 0 && first.code !== 3) throw new Error(`${name}: ${first.code} ${first.err}`);
  if (!asked) continue;
  const wanted = tree(path.join(root, whole));
  const wantedScene = tree(path.join(root, `${whole}_daft_v3`));
  const told = [];
  const moments = [];
  let rounds = 0;
  while (moments.length < Number(flag.kills) && rounds < 4 * Number(flag.kills)) {
    const out = `killed-${key}`;
    rounds++;
    rmSync(path.join(root, out), { recursive: true, force: true });
    rmSync(path.join(root, `${out}_daft_v3`), { recursive: true, force: true });
    // Three blows: what goes on is killed, too.
    for (let blow = 0; blow < 3; blow++) {
      const part = random.range(0.15, 1);
      if ((await reflow(args(out), { after: part * first.ms })).signal !== "SIGKILL") break;
      moments.push(Math.round(100 * part));
    }
    const again = await reflow(args(out));
    const off = [
      ...differing(tree(path.join(root, out)), wanted),
      ...differing(tree(path.join(root, `${out}_daft_v3`)), wantedScene).map((n) => `scene ${n}`),
    ];
    if (again.code !== first.code || off.length > 0)
      told.push(`${again.code} ${off.slice(0, 4).join(", ")} ${again.err.slice(-300)}`);
  }
  bad += told.length;
  process.stdout.write(
    `${name}: ${wanted.size + wantedScene.size} files, ${rounds} rounds, ${moments.length} kills (at ${moments.join(", ")} % of ${Math.round(first.ms)} ms), ${told.length} rounds differ${told.map((t) => `\n  ${t}`).join("")}\n`,
  );
  const two = await Promise.all([reflow(args(`two-${key}`)), reflow(args(`two-${key}`))]);
  const codes = two.map((t) => t.code).sort();
  const same = differing(tree(path.join(root, `two-${key}`)), wanted);
  // One does it; the other is refused, or comes late and finds it done.
  const fine =
    codes.includes(first.code) &&
    (codes[0] === codes[1] || two.some((t) => t.err.includes("run_locked"))) &&
    same.length === 0;
  if (!fine) bad++;
  process.stdout.write(
    `  two at once: exit ${codes.join(" and ")}, ${fine ? "one whole result" : `bad ${same.join(", ")} ${two.map((t) => t.err).join("|")}`}\n`,
  );
  for (const [what, mount, code] of [
    ["full disk", "mount -t tmpfs -o size=24k tmpfs small", "disk_full"],
    ["read-only", "mount -t tmpfs -o ro tmpfs small", "read_only"],
  ]) {
    mkdirSync(path.join(root, "small"), { recursive: true });
    const done = await reflow(args("small/out"), { shell: `${mount} || exit 99; exec "$@"` });
    const clear = done.code === 4 && done.err.includes(code) && !done.err.includes("    at ");
    if (done.code === 99) process.stdout.write(`  ${what}: not tried, mounting is not allowed here\n`);
    else
      process.stdout.write(
        `  ${what}: exit ${done.code}, ${clear ? code : `bad: ${done.err.slice(0, 300)}`}\n`,
      );
    if (done.code !== 99 && !clear) bad++;
  }
}
server.close();
if (flag.keep) process.stdout.write(`kept ${root}\n`);
else rmSync(root, { recursive: true, force: true });
process.exitCode = bad > 0 ? 1 : 0;
