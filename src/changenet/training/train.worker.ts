import { workerData } from "piscina";
import { reportingErrors } from "../../kit/pool.js";
import { seeded } from "../../kit/random.js";
import { type Exemplar, findExemplar } from "../augment/exemplars.js";
import { alignGolden } from "../data/align.js";
import { loadPair } from "../data/load.js";
import { openSession, runFloats, type Session } from "../inference/session.js";
import { registrationModel } from "../net/checkpoint-graph.js";
import { layoutOf, viewOf } from "../net/parameters.js";
import { stepModel } from "../net/step-graph.js";
import { encodeModel } from "../onnx/model.js";
import { readSlots, writeSlot } from "./exemplar-slots.js";
import { alignedSample, packSamples, trainingSample } from "./samples.js";
import { pairSize, type Setup, TILE } from "./setup.js";
import type { EvaluateTask, PrepareTask, StepTask, Task, TaskResult } from "./tasks.js";

const setup = workerData as Setup;
const layout = layoutOf(setup.config);
const random = seeded(setup.seed).fork("samples");

/** Read at the first step, when every thread has filled its slots. */
let exemplars: readonly Exemplar[] | undefined;

/** Sessions of this thread, opened at first use. */
const sessions = new Map<string, Promise<Session>>();

function session(name: string, build: () => Uint8Array): Promise<Session> {
  let found = sessions.get(name);
  if (!found) {
    found = openSession(build());
    sessions.set(name, found);
  }
  return found;
}

export default reportingErrors(run);

async function run(task: Task): Promise<TaskResult> {
  if (task.kind === "prepare") return prepare(task);
  return task.kind === "step" ? step(task) : evaluate(task);
}

async function prepare({ from, to }: PrepareTask): Promise<TaskResult> {
  const { config, preprocessing } = setup;
  const { channels, height, width } = config;
  const size = pairSize(config);
  const register = await session("register", () => encodeModel(registrationModel(config)));
  for (let start = from; start < to; start += TILE) {
    const rows = Array.from({ length: Math.min(TILE, to - start) }, (_, i) => start + i);
    const pairs = await Promise.all(rows.map((row) => loadPair(setup.rows[row]!, preprocessing)));
    const shape = [TILE, channels, height, width];
    const stack = (side: "test" | "golden") => {
      const data = new Float32Array(TILE * size);
      for (const [i, pair] of pairs.entries()) data.set(pair[side], i * size);
      return { data, shape };
    };
    const { shift } = await runFloats(register, { test: stack("test"), golden: stack("golden") }, ["shift"]);
    for (const [i, row] of rows.entries()) {
      const [dy, dx] = [shift![2 * i]!, shift![2 * i + 1]!];
      setup.shifts.set([dy, dx], 2 * row);
      if (row >= setup.cachedRows) continue;
      const { test, golden } = pairs[i]!;
      setup.test.set(test, row * size);
      setup.golden.set(alignGolden(test, golden, dy, dx, config), row * size);
    }
    for (const row of rows) {
      const slot = setup.exemplarRows.indexOf(row);
      if (slot >= 0) writeSlot(setup.exemplars, slot, findExemplar(await alignedSample(setup, row)));
    }
  }
  return {};
}

async function step({ step, shard, draws }: StepTask): Promise<TaskResult> {
  const { config, shardSize } = setup;
  const network = await session("step", () => encodeModel(stepModel(config, shardSize, setup.mapLoss)));
  exemplars ??= readSlots(setup.exemplars);
  const sources = exemplars;
  const samples = await Promise.all(
    draws.map((draw, i) => trainingSample(setup, draw, sources, random.fork(step, shard, i))),
  );
  const weightOf = classWeights();
  const { mask, ...images } = packSamples(
    samples.map((s) => s.sample),
    shardSize,
  );
  const feeds = {
    ...images,
    ...(setup.mapLoss > 0 ? { mask } : {}),
    target: { data: Float32Array.from(samples, (s) => s.ng), shape: [shardSize] },
    weight: { data: Float32Array.from(samples, (s) => weightOf[s.ng]), shape: [shardSize] },
    ...Object.fromEntries(
      layout.parameters.map((slot) => [
        slot.name,
        { data: viewOf(setup.parameters, slot).slice(), shape: slot.shape },
      ]),
    ),
  };
  const names = [
    "loss",
    ...layout.parameters.map((slot) => `gradient.${slot.name}`),
    ...layout.statistics.map((slot) => `statistic.${slot.name}`),
  ];
  const results = await runFloats(network, feeds, names);
  for (const slot of layout.parameters)
    setup.gradients[shard]!.set(results[`gradient.${slot.name}`]!, slot.offset);
  for (const slot of layout.statistics)
    setup.statistics[shard]!.set(results[`statistic.${slot.name}`]!, slot.offset);
  return { loss: results.loss![0]! };
}

/** cls_weight scaled so that a batch weighs 1 on average: the loss then means the same for any weights. */
function classWeights(): readonly [number, number] {
  const [pass, ng] = setup.clsWeight;
  const mean = pass * (1 - setup.ngShare) + ng * setup.ngShare;
  return [pass / mean, ng / mean];
}

async function evaluate({ version, model, from, to }: EvaluateTask): Promise<TaskResult> {
  const name = `evaluate ${version}`;
  for (const [old, opened] of sessions)
    if (old.startsWith("evaluate") && old !== name) {
      sessions.delete(old);
      await (await opened).session.release();
    }
  const network = await session(name, () => model);
  const logits = new Float32Array(to - from);
  for (let start = from; start < to; start += TILE) {
    const rows = Array.from({ length: Math.min(TILE, to - start) }, (_, i) => start + i);
    const samples = await Promise.all(rows.map((row) => alignedSample(setup, row)));
    const { mask: _, ...images } = packSamples(samples, TILE);
    const { logit } = await runFloats(network, images, ["logit"]);
    logits.set(logit!.subarray(0, rows.length), start - from);
  }
  return { logits };
}
