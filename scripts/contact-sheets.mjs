// Makes the contact sheets of docs/images: every structural defect beside its golden picture, and every lighting.
//
//   node scripts/contact-sheets.mjs [--board dense] [--work <dir>] [--quality final] [--patches N] [--output docs/images]
//
// Renders the board's good, defect and missing flows under all lightings into <dir> (kept and resumed when named) and
// cuts component pairs out of them, all by the command line as a user would.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const root = fileURLToPath(new URL("..", import.meta.url));
const board = option("board", "dense");
const work = option("work") ?? mkdtempSync(path.join(tmpdir(), "reflow-sheets-"));
const output = option("output", path.join(root, "docs", "images"));
const LIGHTINGS = ["SolderLight", "UniformLight", "LowAngleLight", "WhiteLight"];
const CELL = 88;
const GAP = 6;
const LABEL = 18;
/** Bytes of the largest picture that belongs into the repository. */
const LARGEST = 300_000;

function reflow(...args) {
  const done = spawnSync(process.execPath, [path.join(root, "bin", "reflow.mjs"), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0) throw new Error(`reflow ${args.join(" ")}: exit ${done.status}`);
  return done.stdout;
}

/** The board's cookbook with wide frames: a quarter of the board in each, 20 µm a pixel. */
function wideCookbook() {
  const to = path.join(work, "cookbook", board);
  cpSync(path.join(root, "cookbooks", "pcb", board), to, { recursive: true });
  for (const name of readdirSync(to).filter((n) => n.endsWith(".yaml"))) {
    const text = readFileSync(path.join(to, name), "utf8")
      .replace(/^resolution: .*$/m, "resolution: [1600, 1120]")
      .replace(/^( +[xy]_num): \d+$/gm, "$1: 2")
      .replace(/^horizontal_aperture: .*$/m, "horizontal_aperture: 320");
    writeFileSync(path.join(to, name), text);
  }
  return to;
}

/** Good and defective pictures of each defect: `{label, family, object, folder}`. */
function renderPairs() {
  const scene = path.join(work, `${board}.usda`);
  reflow("scene", "board", board, "--output", scene);
  const shared = [
    "--cookbook",
    wideCookbook(),
    "--quality",
    option("quality", "final"),
    "--lightings",
    LIGHTINGS.join(","),
  ];
  for (const [pipeline, patches] of [
    ["good", Number(option("patches", "1"))],
    ["defect", Number(option("patches", "1"))],
    // The missing flow takes two pictures of each cell.
    ["missing", 2 * Number(option("patches", "1"))],
  ])
    reflow(
      ...["scene", "render", scene, ...shared],
      ...["--pipeline", pipeline, "--patches", String(patches), "--output", path.join(work, pipeline)],
    );
  return [
    ["good", "defect"],
    ["missing", "missing"],
  ].flatMap(([good, bad]) => {
    const folder = path.join(work, `pairs-${bad}`);
    reflow(
      ...["scene", "pair", path.join(work, good), path.join(work, bad)],
      ...["--mode", "component", "--output", folder],
    );
    const { frames } = JSON.parse(readFileSync(path.join(folder, "pairs.json")));
    return frames
      .flatMap((f) => f.pairs)
      .map((p) => ({ ...p, family: p.component.split("/").at(-2), folder }));
  });
}

/** Up to `n` pairs of different families, then of any. */
function varied(pairs, n) {
  const chosen = [];
  for (const onlyNew of [true, false])
    for (const pair of pairs)
      if (
        chosen.length < n &&
        !chosen.includes(pair) &&
        !(onlyNew && chosen.some((c) => c.family === pair.family))
      )
        chosen.push(pair);
  return chosen;
}

async function cell(file, width, height = CELL) {
  return sharp(file)
    .flatten({ background: "#000" })
    .resize(width, height, { fit: "contain", background: "#16181c", kernel: "lanczos3" })
    .toBuffer();
}

const escapeXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
function words(text, width, size = 12) {
  return Buffer.from(
    `<svg width="${width}" height="${LABEL}"><text x="0" y="13" font-family="DejaVu Sans, sans-serif" font-size="${size}" fill="#d8dce2">${escapeXml(text)}</text></svg>`,
  );
}

/** Puts rows of `{title, cells: [{file, under}]}` on one sheet. */
async function sheet(name, heads, rows) {
  const columns = Math.max(...rows.map((r) => r.cells.length));
  const left = 104;
  const width = left + columns * (CELL + GAP) + GAP;
  const rowHeight = CELL + GAP;
  const top = LABEL + GAP;
  const pieces = heads.map((text, i) => ({
    input: words(text, CELL, 11),
    left: left + i * (CELL + GAP),
    top: 4,
  }));
  for (const [r, row] of rows.entries()) {
    const y = top + r * rowHeight;
    pieces.push({ input: words(row.title, left - 8), left: 8, top: y + CELL / 2 - 14 });
    if (row.under) pieces.push({ input: words(row.under, left - 8, 10), left: 8, top: y + CELL / 2 + 2 });
    for (const [c, file] of row.cells.entries())
      pieces.push({ input: await cell(file, CELL), left: left + c * (CELL + GAP), top: y });
  }
  const canvas = sharp({
    create: { width, height: top + rows.length * rowHeight, channels: 3, background: "#16181c" },
  });
  const flat = await canvas.composite(pieces).png().toBuffer();
  for (const colours of [256, 128, 64, 32]) {
    const png = await sharp(flat)
      .png({ palette: true, colours, dither: 0.6, compressionLevel: 9, effort: 10 })
      .toBuffer();
    if (png.length > LARGEST && colours > 32) continue;
    mkdirSync(output, { recursive: true });
    await sharp(png)
      .png({ palette: true, colours, dither: 0, compressionLevel: 9, effort: 10 })
      .toFile(path.join(output, name));
    process.stdout.write(
      `${path.join(output, name)}: ${Math.round(png.length / 1000)} kB, ${colours} colours\n`,
    );
    return;
  }
}

const pairs = renderPairs();
const file = (pair, side, light) => path.join(pair.folder, side, `${pair.object}_${light}.png`);
const labels = [...new Set(pairs.map((p) => p.label))].sort();

await sheet(
  `defects-${board}.png`,
  ["golden", "test", "golden", "test", "golden", "test", "golden", "test"],
  labels.map((label) => {
    const own = pairs.filter((p) => p.label === label);
    return {
      title: label,
      under: `${own.length} in ${new Set(own.map((p) => p.family)).size} families`,
      cells: varied(own, 4).flatMap((p) => [
        file(p, "golden", "WhiteLight"),
        file(p, "defect", "WhiteLight"),
      ]),
    };
  }),
);

const parts = varied(pairs, 7);
await sheet(
  `lightings-${board}.png`,
  parts.map((p) => p.family.replace(/^_/, "")),
  LIGHTINGS.map((light) => ({
    title: light.replace(/Light$/, " light"),
    cells: parts.map((p) => file(p, "golden", light)),
  })),
);
if (!option("work")) process.stderr.write(`renders: ${work}\n`);
