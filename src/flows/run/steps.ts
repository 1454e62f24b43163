import { hostname, machine } from "node:os";
import path from "node:path";
import type { Clock } from "../../engine/clock.js";
import { hashFiles, type Receipt, readReceipt, receiptHolds, writeReceipt } from "../../engine/receipt.js";
import { programVersion } from "../../engine/version.js";
import { hashText } from "../../kit/files.js";
import { RECEIPTS } from "./folder.js";
import { clear, sweep } from "./leftovers.js";
import type { FlowContext, FlowRequest, Json, Step, StepIo } from "./types.js";

type Runner = Pick<FlowContext, "step"> & Readonly<{ kept: () => number }>;

/**
 * Runs steps one after another, each with a receipt in `receipts/<step>.json`. A step whose receipt holds (same
 * parameters, same inputs, same steps before, outputs untouched) is not done again. Receipts are the only files that
 * hold times.
 */
export function stepRunner(
  o: Readonly<{ request: FlowRequest; output: string; total: number; clock: Clock }> & Omit<StepIo, "at">,
): Runner {
  const { request, output, emit, signal, workers, clock } = o;
  const at = (...names: readonly string[]) => path.join(output, ...names);
  /** Identifies everything that was done before. */
  let before = hashText(JSON.stringify([request.flow, request.seed]));
  let number = 0;
  let kept = 0;
  const step = async <Result extends Json>(step: Step<Result>): Promise<Result> => {
    signal?.throwIfAborted();
    number++;
    const label = `${number} of ${o.total}`;
    const file = at(RECEIPTS, `${step.id}.json`);
    const inputs = await hashFiles(step.files ?? []);
    const digest = hashText(
      JSON.stringify([
        before,
        step.id,
        step.parameters,
        inputs.map((i) => [path.basename(i.path), i.sha256]),
      ]),
    );
    before = digest;
    const old = await readReceipt(file);
    if (old && (await receiptHolds(placed(old, output), digest))) {
      kept++;
      const result = old.result as Result;
      emit({
        type: "stage",
        label,
        stage: step.id,
        status: "skip",
        summary: `${step.title}: ${step.told(result)} (kept)`,
      });
      return result;
    }
    emit({ type: "stage", label, stage: step.title, status: "start" });
    const own = step.makes.map((name) => at(name));
    if (step.after === "clean") await clear(own);
    else for (const folder of own) await sweep(folder);
    const started = clock.now();
    const began = performance.now();
    const result = await step.run({ at, workers, emit, signal, apiKey: o.apiKey });
    const seconds = clock.frozen ? 0 : (performance.now() - began) / 1000;
    const outputs = (await hashFiles(own)).map((f) => ({
      ...f,
      path: portable(path.relative(output, f.path)),
    }));
    const receipt: Receipt = {
      version: 1,
      job: `${request.name}/${step.id}`,
      digest,
      stage: step.id,
      toolkit: "builtin",
      program: { name: "reflow", version: await programVersion() },
      seed: request.seed,
      parameters: { value: step.parameters },
      inputs: inputs.map((f) => ({ ...f, path: path.basename(f.path) })),
      outputs,
      result,
      run: {
        started_at: started.toISOString(),
        finished_at: clock.now().toISOString(),
        duration_sec: Number(seconds.toFixed(3)),
        platform: "local",
        host: hostname(),
        machine: machine(),
        node: process.version,
      },
    };
    await writeReceipt(file, receipt);
    emit({
      type: "stage",
      label,
      stage: step.id,
      status: "ok",
      seconds,
      summary: `${step.title}: ${step.told(result)}`,
    });
    return result;
  };
  return { step, kept: () => kept };
}

/** The receipt with absolute paths; in the file they are relative, so that the folder can be moved. */
function placed(receipt: Receipt, output: string): Receipt {
  return { ...receipt, outputs: receipt.outputs.map((f) => ({ ...f, path: path.join(output, f.path) })) };
}

function portable(name: string): string {
  return name.split(path.sep).join("/");
}
