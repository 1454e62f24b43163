import { workerData } from "piscina";
import { joinFloats } from "../../kit/floats.js";
import { reportingErrors } from "../../kit/pool.js";
import { loadPlanes } from "../data/load.js";
import { openSession, runFloats } from "./session.js";
import type { ImageSetup, ImageTask } from "./tasks.js";

const setup = workerData as ImageSetup;
const opened = openSession(setup.model);

export default reportingErrors(run);

async function run({ files }: ImageTask): Promise<Float32Array> {
  const { channels, height, width, tile } = setup;
  const { scale, mean, spread } = setup.normalisation;
  const plane = height * width;
  const preprocessing = {
    channels,
    tileWidth: width,
    tileHeight: height,
    columns: 1,
    rows: 1,
    lights: [],
    imageExt: "",
  };
  const out: Float32Array[] = [];
  for (let start = 0; start < files.length; start += tile) {
    const part = files.slice(start, start + tile);
    const images = await Promise.all(part.map((file) => loadPlanes([file], preprocessing)));
    const data = new Float32Array(tile * channels * plane);
    for (const [i, image] of images.entries())
      for (let k = 0; k < image.length; k++) {
        const c = Math.floor(k / plane);
        data[i * image.length + k] = (image[k] * scale - mean[c]) / spread[c];
      }
    const feeds = { [setup.input]: { data, shape: [tile, channels, height, width] } };
    const result = (await runFloats(await opened, feeds, [setup.output]))[setup.output]!;
    out.push(result.slice(0, (result.length / tile) * part.length));
  }
  return joinFloats(out);
}
