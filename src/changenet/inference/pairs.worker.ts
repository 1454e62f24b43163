import { workerData } from "piscina";
import { reportingErrors } from "../../kit/pool.js";
import { loadPair } from "../data/load.js";
import { inputSize } from "../data/preprocessing.js";
import { openSession, runFloats } from "./session.js";
import { type PairResult, type PairSetup, type PairTask, TILE } from "./tasks.js";

const setup = workerData as PairSetup;
const opened = openSession(setup.model);

export default reportingErrors(run);

async function run({ rows }: PairTask): Promise<PairResult> {
  const { preprocessing, output, width } = setup;
  const size = inputSize(preprocessing);
  const pairSize = preprocessing.channels * size.height * size.width;
  const shape = [TILE, preprocessing.channels, size.height, size.width];
  const tiles = Array.from({ length: Math.ceil(rows.length / TILE) }, (_, i) =>
    rows.slice(i * TILE, (i + 1) * TILE),
  );
  const load = (tile: PairTask["rows"] | undefined) =>
    Promise.all((tile ?? []).map((row) => loadPair(row, preprocessing)));
  const data = new Float32Array(rows.length * width);
  const scores = new Float32Array(rows.length);
  const session = await opened;
  // The next tile is decoded (on other threads) while this one runs.
  let next = load(tiles[0]);
  for (let t = 0; t < tiles.length; t++) {
    const pairs = await next;
    next = load(tiles[t + 1]);
    next.catch(() => {});
    const stack = (side: "test" | "golden") => {
      const all = new Float32Array(TILE * pairSize);
      for (const [i, pair] of pairs.entries()) all.set(pair[side], i * pairSize);
      return { data: all, shape };
    };
    const wanted = output === "score" ? ["score"] : ["score", output];
    const result = await runFloats(session, { test: stack("test"), golden: stack("golden") }, wanted);
    scores.set(result.score!.subarray(0, pairs.length), t * TILE);
    data.set(result[output]!.subarray(0, pairs.length * width), t * TILE * width);
  }
  return { data, scores };
}
