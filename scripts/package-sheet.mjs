// Makes docs/images/packages.jpg: one of each package of our own boards, under white and under solder light.
//
//   node scripts/package-sheet.mjs [--samples 32] [--output docs/images/packages.jpg]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { seeded } from "../dist/kit/random.js";
import { boardByName } from "../dist/scene/boards/index.js";
import { buildScene, writeScene } from "../dist/scene/build/index.js";
import { openScene } from "../dist/scene/flatten/index.js";
import { downwardView } from "../dist/scene/grid/camera.js";
import { namedLightings } from "../dist/scene/lights/index.js";
import { openRenderer } from "../dist/scene/render/index.js";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const output = option("output", fileURLToPath(new URL("../docs/images/packages.jpg", import.meta.url)));
const samples = Number(option("samples", "32"));
const CELL = 132;
const COLUMNS = 9;
const LIGHTINGS = { WhiteLight: 0.5, SolderLight: 0.3 };
const WANTED = {
  dense: [
    "0402_R",
    "0402_C",
    "0603_R",
    "0603_C",
    "0603_LED",
    "0805_C",
    "0805_L",
    "1206_R",
    "SOT_23",
    "SOT_23_5",
    "SOT_363",
  ],
  mixed: [
    "SOIC_8",
    "TSSOP_20",
    "SOT_223",
    "LQFP_64",
    "QFN_48",
    "BGA_100",
    "Crystal_SMD_3225",
    "CP_EIA_3528",
    "L_Power",
    "D_SMA",
    "CP_Elec",
    "USB_Micro",
    "JST_PH_S4",
    "PinHeader_1x05",
    "SW_SMD",
    "DIP_8",
  ],
};

/** World extent in x and y of the parts below a path. */
function extentOf(scene, below) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { path: at, mesh, world: m } of scene.parts) {
    if (!at.startsWith(`${below}/`)) continue;
    const { points } = scene.meshes[mesh];
    for (let i = 0; i < points.length; i += 3) {
      const x = points[i] * m[0] + points[i + 1] * m[4] + points[i + 2] * m[8] + m[12];
      const y = points[i] * m[1] + points[i + 1] * m[5] + points[i + 2] * m[9] + m[13];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}

async function picture(frame, exposure) {
  const bytes = Buffer.alloc(frame.rgb.length);
  for (let i = 0; i < bytes.length; i++) {
    const v = Math.min(1, frame.rgb[i] * exposure);
    bytes[i] = Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  }
  return sharp(bytes, { raw: { width: frame.width, height: frame.height, channels: 3 } })
    .resize(CELL, CELL, { kernel: "lanczos3" })
    .png()
    .toBuffer();
}

const work = mkdtempSync(path.join(tmpdir(), "reflow-packages-"));
const cells = [];
for (const [name, wanted] of Object.entries(WANTED)) {
  const file = path.join(work, `${name}.usda`);
  await writeScene(buildScene(boardByName(name, 1), { seed: 1 }), file);
  const { scene } = await openScene(file);
  const named = await namedLightings(Object.keys(LIGHTINGS));
  const first = scene.textures.length;
  const lights = (light) => named.lights(light, first, seeded(1)).lights;
  const renderer = await openRenderer(
    {
      ...scene,
      textures: [...scene.textures, ...named.textures],
      lights: Object.keys(LIGHTINGS).flatMap(lights),
    },
    { workers: 2 },
  );
  const components = [...new Set(scene.parts.map((p) => p.path.split("/").slice(0, 7).join("/")))];
  for (const footprint of wanted) {
    const below = components.find((c) => c.split("/").pop().startsWith(`tn__${footprint}_`));
    const [x0, y0, x1, y1] = extentOf(scene, below);
    const width = Math.max(x1 - x0, y1 - y0) * 1.25;
    const view = downwardView({
      position: [(x0 + x1) / 2, (y0 + y1) / 2, 50],
      yawDeg: 0,
      width,
      height: width,
    });
    const row = [];
    for (const [light, exposure] of Object.entries(LIGHTINGS)) {
      const size = { width: 2 * CELL, height: 2 * CELL };
      const frame = await renderer.render({
        view,
        ...size,
        samples,
        bounces: 3,
        seed: 1,
        lights: lights(light),
      });
      row.push(await picture(frame, exposure));
    }
    cells.push(row);
  }
  await renderer.close();
}
rmSync(work, { recursive: true });

const step = CELL + 4;
const bands = Math.ceil(cells.length / COLUMNS);
await sharp({
  create: { width: COLUMNS * step + 4, height: bands * (2 * step + 8), channels: 3, background: "#16181c" },
})
  .composite(
    cells.flatMap((row, i) =>
      row.map((input, k) => ({
        input,
        left: 4 + (i % COLUMNS) * step,
        top: 4 + Math.floor(i / COLUMNS) * (2 * step + 8) + k * step,
      })),
    ),
  )
  .jpeg({ quality: 82, chromaSubsampling: "4:4:4" })
  .toFile(output);
process.stdout.write(`${output}: ${cells.length} packages\n`);
