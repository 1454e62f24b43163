// A bundle without Reflow: the model is a plain ONNX file. Scores the golden vectors of a bundle with nothing but
// onnxruntime-node and sharp, and compares them with the scores in the bundle.
// run: node examples/score-with-onnxruntime.mjs <bundle-dir>
import { readFile } from "node:fs/promises";
import path from "node:path";

process.env.ORT_DISABLE_TELEMETRY = "1";
const { default: ort } = await import("onnxruntime-node");
const { default: sharp } = await import("sharp");

const bundle = process.argv[2];
if (!bundle) {
  console.error("usage: node examples/score-with-onnxruntime.mjs <bundle-dir>");
  process.exit(2);
}
const shape = JSON.parse(await readFile(path.join(bundle, "preprocessing.json"), "utf8"));
const { pairs } = JSON.parse(await readFile(path.join(bundle, "golden", "vectors.json"), "utf8"));
const { decision_threshold: threshold } = JSON.parse(
  await readFile(path.join(bundle, "thresholds.json"), "utf8"),
);
const session = await ort.InferenceSession.create(path.join(bundle, "model.onnx"));

/** Decoded, made grey where the model is grey, then resized (bilinear) to the tile. */
async function tile(file) {
  const { channels, tileWidth, tileHeight } = shape;
  const space = channels === 1 ? "b-w" : "srgb";
  const decoded = sharp(file).toColourspace(space).raw();
  const { data, info } = await decoded.toBuffer({ resolveWithObject: true });
  if (info.width === tileWidth && info.height === tileHeight) return data;
  const resized = sharp(data, { raw: { width: info.width, height: info.height, channels } });
  return resized
    .resize(tileWidth, tileHeight, { fit: "fill", kernel: "linear" })
    .toColourspace(space)
    .raw()
    .toBuffer();
}

/** One picture per lighting, laid out as `preprocessing.json` says, as float [1, C, H, W] in 0…255. */
async function input(files) {
  const { channels, tileWidth, tileHeight, columns, rows } = shape;
  const width = tileWidth * columns;
  const data = new Float32Array(channels * width * tileHeight * rows);
  for (const [k, file] of files.entries()) {
    const left = (k % columns) * tileWidth;
    const top = Math.floor(k / columns) * tileHeight;
    const pixels = await tile(path.join(bundle, file));
    for (let y = 0; y < tileHeight; y++)
      for (let x = 0; x < tileWidth; x++)
        for (let c = 0; c < channels; c++)
          data[(c * tileHeight * rows + top + y) * width + left + x] =
            pixels[(y * tileWidth + x) * channels + c];
  }
  return new ort.Tensor("float32", data, [1, channels, tileHeight * rows, width]);
}

let worst = 0;
for (const vector of pairs) {
  const { score } = await session.run({ test: await input(vector.test), golden: await input(vector.golden) });
  worst = Math.max(worst, Math.abs(score.data[0] - vector.score));
}
console.log(`${pairs.length} pairs, largest difference ${worst.toExponential(1)}, NG above ${threshold}`);
process.exit(worst <= 1e-5 ? 0 : 1);
