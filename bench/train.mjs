// Training step (forward, backward, AdamW, averaging) of the change network: ours against PyTorch on the CPU,
// same network, weights, data, batch and threads. Needs `npm run build`.
// usage: node bench/train.mjs [--threads 1,2] [--batch 32] [--side 96] [--seconds 5] [--rounds 3] [--json]
import { fileURLToPath } from "node:url";
import { adamW, clipNorm, moveAverage, newMoments } from "../dist/changenet/training/optimiser.js";
import { SHARDS } from "../dist/changenet/training/setup.js";
import { openTeam } from "../dist/changenet/training/team.js";
import { compare, flags, loadSetup, measure } from "./lib-change.mjs";

const options = flags();
if (options.runner) await run(+options.runner, options.folder, +options.seconds);
else compare("train", "train", fileURLToPath(import.meta.url), options, ">= 0.8");

async function run(threads, folder, seconds) {
  const { setup, start, batch, rows } = await loadSetup(folder);
  const team = openTeam(setup, threads);
  const size = setup.parameters.length;
  const [moments, average, decay] = [
    newMoments(size),
    start.parameters.slice(),
    new Uint8Array(size).fill(1),
  ];
  let first;
  let step = 0;
  const work = async () => {
    const draws = Array.from({ length: batch }, (_, k) => ({
      row: (step * batch + k) % rows,
      synthetic: false,
    }));
    const results = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) =>
        team.run({
          kind: "step",
          step,
          shard,
          draws: draws.filter((_, i) => ((i >> 1) & 1 ? shard === 1 : shard === 0)),
        }),
      ),
    );
    step++;
    const gradient = setup.gradients[0].map((g, i) => (g + setup.gradients[1][i]) / 2);
    clipNorm(gradient, 2);
    adamW(setup.parameters, gradient, moments, decay, { rate: 1e-3, weightDecay: 0.01, step });
    moveAverage(average, setup.parameters, 0.99);
    first ??= results.reduce((sum, r) => sum + r.loss, 0) / SHARDS;
  };
  const result = await measure(seconds, batch, work);
  await team.close();
  process.stdout.write(`${JSON.stringify({ ...result, first })}\n`);
}
