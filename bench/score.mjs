// Scoring with the change network: ours against PyTorch on the CPU, same network, weights, data and threads, pairs
// already decoded and aligned on both sides. Needs `npm run build`.
// usage: node bench/score.mjs [--threads 1,2] [--batch 32] [--side 96] [--seconds 5] [--rounds 3] [--json]
import { fileURLToPath } from "node:url";
import { evaluationModel } from "../dist/changenet/net/checkpoint-graph.js";
import { encodeModel } from "../dist/changenet/onnx/model.js";
import { openTeam } from "../dist/changenet/training/team.js";
import { compare, flags, loadSetup, measure } from "./lib-change.mjs";

const options = flags();
if (options.runner) await run(+options.runner, options.folder, +options.seconds);
else compare("score", "score", fileURLToPath(import.meta.url), options, ">= 1.7");

async function run(threads, folder, seconds) {
  const { setup, start, config, rows } = await loadSetup(folder);
  const team = openTeam(setup, threads);
  const model = encodeModel(evaluationModel(config, start));
  const chunk = 32;
  let first;
  const work = async () => {
    const tasks = Array.from({ length: rows / chunk }, (_, i) =>
      team.run({ kind: "evaluate", version: 1, model, from: i * chunk, to: (i + 1) * chunk }),
    );
    const parts = await Promise.all(tasks);
    first ??= 1 / (1 + Math.exp(-parts[0].logits[0]));
  };
  const result = await measure(seconds, rows, work);
  await team.close();
  process.stdout.write(`${JSON.stringify({ ...result, first })}\n`);
}
