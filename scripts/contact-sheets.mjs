// Makes the contact sheets of docs/images: every structural defect beside its golden picture, and every lighting.
//
//   node scripts/contact-sheets.mjs [--board dense] [--work <dir>] [--quality final] [--cell 2] [--output docs/images]
//        [--only defects]
//
// Renders a quarter of the board (cell 0 to 3; cell 2 of the dense one has most defects) good, with defects and with
// parts missing into <dir> (a temporary folder, or one that is kept and resumed), and cuts component pairs out of them,
// all by the command line as a user would. Defects of which the quarter shows fewer than three are framed one by one.
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
/** The first is `rgb_<id>.png`. */
const LIGHTINGS = ["WhiteLight", "UniformLight", "LowAngleLight", "SolderLight"].slice(
  0,
  option("only") === "defects" ? 1 : 4,
);
const CELL = { width: 132, height: 72 };
const GAP = 6;
const LINE = 18;
const LEFT = 128;
const GROUND = "#16181c";
/** Bytes of the largest picture that belongs into the repository. */
const LARGEST = 300_000;

function reflow(...args) {
  const done = spawnSync(process.execPath, [path.join(root, "bin", "reflow.mjs"), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0) throw new Error(`reflow ${args.join(" ")}: exit ${done.status}`);
}

/** The board's cookbook, changed by `change` in every file. */
function changedCookbook(name, change) {
  const to = path.join(work, name, board);
  cpSync(path.join(root, "cookbooks", "pcb", board), to, { recursive: true });
  for (const file of readdirSync(to).filter((n) => n.endsWith(".yaml")))
    writeFileSync(path.join(to, file), change(readFileSync(path.join(to, file), "utf8")));
  return to;
}

/** With wide frames: a quarter of the board in each. */
const wideCookbook = () =>
  changedCookbook("cookbook", (text) =>
    text
      .replace(/^seed: .*$/m, `seed: ${option("cell", "2")}`)
      .replace(/^resolution: .*$/m, "resolution: [1600, 1120]")
      .replace(/^( +[xy]_num): \d+$/gm, "$1: 2")
      .replace(/^horizontal_aperture: .*$/m, "horizontal_aperture: 320"),
  );

/** With one small frame of one component. */
const closeCookbook = (name, prim) =>
  changedCookbook(`cookbook-${name}`, (text) =>
    text
      .replace(/^seed: .*$/m, "seed: 0")
      .replace(/^resolution: .*$/m, `auto_locate_prim_path: ${prim}\nresolution: [320, 224]`),
  );

const scene = path.join(work, `${board}.usda`);

/** Renders one frame of each flow; the good one under every lighting. */
function render() {
  reflow("scene", "board", board, "--output", scene);
  const cookbook = wideCookbook();
  for (const [pipeline, patches, lightings] of [
    ["good", 1, LIGHTINGS],
    ["defect", 1, LIGHTINGS.slice(0, 1)],
    // One cell takes two pictures.
    ["missing", 2, LIGHTINGS.slice(0, 1)],
  ])
    reflow(
      ...["scene", "render", scene, "--cookbook", cookbook, "--output", path.join(work, pipeline)],
      ...["--quality", option("quality", "final"), "--pipeline", pipeline],
      ...["--patches", String(patches), "--lightings", lightings.join(",")],
    );
}

/** Pairs that bring every defect of which `shown` has fewer up to three; families that it lacks come first. */
function closeUps(shown) {
  const { defects } = JSON.parse(readFileSync(path.join(work, "defect", "trigger_0000", "metadata.json")));
  return [...new Set(defects.map(({ defect }) => defect))]
    .flatMap((defect) => {
      const own = shown.filter((p) => p.label === defect);
      const others = defects
        .filter((d) => d.defect === defect && !own.some((p) => p.component === d.path))
        .map((d) => ({ ...d, family: familyOf(d.path) }));
      return varied([...own, ...others], 3)
        .filter((d) => !own.includes(d))
        .slice(0, Math.max(0, 3 - own.length));
    })
    .flatMap(({ defect, path: prim }, i) => {
      const name = `close-${defect}-${i}`;
      const cookbook = closeCookbook(name, prim);
      for (const pipeline of ["good", "defect"])
        reflow(
          ...["scene", "render", scene, "--cookbook", cookbook, "--output", path.join(work, name, pipeline)],
          ...["--quality", option("quality", "final"), "--pipeline", pipeline],
          ...["--patches", "1", "--lightings", LIGHTINGS[0]],
        );
      return pairsOf(path.join(work, name, "good"), path.join(work, name, "defect"), `pairs-${name}`).filter(
        (pair) => pair.component === prim,
      );
    });
}

const familyOf = (key) => key.split("/").at(-2).replace(/^_/, "");

/** Every pair of the defect and the missing flow with the good one. */
function pairs() {
  return ["defect", "missing"].flatMap((bad) =>
    pairsOf(path.join(work, "good"), path.join(work, bad), `pairs-${bad}`),
  );
}

function pairsOf(good, bad, name) {
  const folder = path.join(work, name);
  reflow(
    ...["scene", "pair", good, bad, "--output", folder],
    ...["--mode", "component", "--light", LIGHTINGS[0]],
  );
  const { frames } = JSON.parse(readFileSync(path.join(folder, "pairs.json")));
  return frames
    .flatMap((f) => f.pairs)
    .map(({ label, object, component }) => ({
      ...{ label, component, family: familyOf(component) },
      golden: path.join(folder, "golden", `${object}_${LIGHTINGS[0]}.png`),
      test: path.join(folder, "defect", `${object}_${LIGHTINGS[0]}.png`),
    }));
}

/** Every component of the good frame: its family and, by lighting, what to cut out of which picture. */
function components() {
  const folder = path.join(work, "components");
  reflow("scene", "crop", path.join(work, "good"), "--mode", "component", "--output", folder);
  const { frames } = JSON.parse(readFileSync(path.join(folder, "crops.json")));
  return frames.flatMap(({ frame, crops }) =>
    crops.map(({ key, crop }) => ({
      family: familyOf(key),
      picture: (light) => {
        const name = light === LIGHTINGS[0] ? `rgb_${frame}.png` : `rgb_${frame}_${light}.png`;
        const { x: left, y: top, width, height } = crop;
        return sharp(path.join(work, "good", "trigger_0000", name)).extract({ left, top, width, height });
      },
    })),
  );
}

/** Up to `n`, of different families first. */
function varied(items, n) {
  const chosen = [];
  for (const onlyNew of [true, false])
    for (const item of items)
      if (
        chosen.length < n &&
        !chosen.includes(item) &&
        !(onlyNew && chosen.some((c) => c.family === item.family))
      )
        chosen.push(item);
  return chosen;
}

/** A picture in a cell; upright ones are turned to lie. */
async function cell(picture) {
  const { data, info } = await picture.removeAlpha().png().toBuffer({ resolveWithObject: true });
  return sharp(data)
    .rotate(info.height > info.width * 1.2 ? 90 : 0)
    .resize({ ...CELL, fit: "contain", background: GROUND, kernel: "lanczos3" })
    .toBuffer();
}

function words(text, width, size = 12) {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const style = `font-family="DejaVu Sans, sans-serif" font-size="${size}" fill="#d8dce2"`;
  return Buffer.from(
    `<svg width="${width}" height="${LINE}"><text x="0" y="13" ${style}>${safe}</text></svg>`,
  );
}

/** Writes rows of `{title, under, cells}` below `heads` as one picture of few enough colours to be small. */
async function sheet(name, heads, rows) {
  const across = CELL.width + GAP;
  const down = CELL.height + GAP;
  const top = LINE + GAP;
  const columns = Math.max(heads.length, ...rows.map((r) => r.cells.length));
  const pieces = heads.map((text, i) => ({
    input: words(text, CELL.width),
    left: LEFT + i * across,
    top: 4,
  }));
  for (const [r, { title, under = "", cells }] of rows.entries()) {
    const y = top + r * down;
    pieces.push({ input: words(title, LEFT - 8), left: 8, top: y + CELL.height / 2 - 16 });
    pieces.push({ input: words(under, LEFT - 8, 10), left: 8, top: y + CELL.height / 2 });
    for (const [c, picture] of cells.entries())
      pieces.push({ input: await cell(picture), left: LEFT + c * across, top: y });
  }
  const size = { width: LEFT + columns * across, height: top + rows.length * down };
  const flat = await sharp({ create: { ...size, channels: 3, background: GROUND } })
    .composite(pieces)
    .png()
    .toBuffer();
  for (const colours of [256, 128, 64, 32]) {
    const png = await sharp(flat).png({ palette: true, colours, dither: 0.5, effort: 10 }).toBuffer();
    if (png.length > LARGEST && colours > 32) continue;
    mkdirSync(output, { recursive: true });
    writeFileSync(path.join(output, name), png);
    process.stdout.write(
      `${path.join(output, name)}: ${Math.round(png.length / 1000)} kB, ${colours} colours\n`,
    );
    return;
  }
}

render();
const wide = pairs();
const made = [...wide, ...closeUps(wide)];
await sheet(
  `defects-${board}.png`,
  ["golden", "test", "golden", "test", "golden", "test"],
  [...new Set(made.map((p) => p.label))].sort().map((label) => {
    const own = made.filter((p) => p.label === label);
    return {
      title: label.replaceAll("_", " "),
      under: `${wide.filter((p) => p.label === label).length} in the frame`,
      cells: varied(own, 3).flatMap((p) => [sharp(p.golden), sharp(p.test)]),
    };
  }),
);
if (LIGHTINGS.length > 1) {
  const parts = varied(components(), 6);
  await sheet(
    `lightings-${board}.png`,
    parts.map((p) => p.family.replaceAll("_", " ")),
    LIGHTINGS.map((light) => ({ title: light, cells: parts.map((p) => p.picture(light)) })),
  );
}
if (!option("work")) process.stderr.write(`renders: ${work}\n`);
