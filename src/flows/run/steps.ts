import { readFile, realpath, rm } from "node:fs/promises";
import { hostname, machine } from "node:os";
import path from "node:path";
import type { Clock } from "../../engine/clock.js";
import { hashFiles, type Receipt, readReceipt, receiptHolds, writeReceipt } from "../../engine/receipt.js";
import { ReflowError } from "../../kit/errors.js";
import { hashText, writeFileAtomic } from "../../kit/files.js";
import { sweep } from "../../kit/leftovers.js";
import { RECEIPTS } from "./folder.js";
import type { FlowContext, FlowRequest, Json, Step, StepIo } from "./types.js";

type Runner = Pick<FlowContext, "step"> & Readonly<{ kept: () => number }>;

/**
 * Runs steps one after another, each with a receipt in `receipts/<step>.json`. A step whose receipt holds (same program
 * version, same parameters, same inputs, same steps before, outputs untouched) is not done again. While it works,
 * `receipts/<step>.begun` says what it works on: what was half done for anything else is cleared, never continued.
 * Receipts are the only files that hold times. Throws `output_inside_input` where a step would read its own output.
 */
export function stepRunner(
  o: Readonly<{ request: FlowRequest; output: string; total: number; clock: Clock; version: string }> &
    Omit<StepIo, "at">,
): Runner {
  const { request, output, emit, signal, workers, clock } = o;
  const at = (...names: readonly string[]) => path.join(output, ...names);
  /** Identifies everything that was done before. */
  let before = hashText(JSON.stringify([request.flow, request.seed, o.version]));
  let number = 0;
  let kept = 0;
  const step = async <Result extends Json>(step: Step<Result>): Promise<Result> => {
    signal?.throwIfAborted();
    number++;
    const label = `${number} of ${o.total}`;
    const file = at(RECEIPTS, `${step.id}.json`);
    for (const read of step.files ?? []) await refuseInside(output, read);
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
    if (old && old.program.version !== o.version)
      emit({
        type: "log",
        level: "info",
        message: `${step.title} was made by version ${old.program.version}: made anew by ${o.version}`,
      });
    emit({ type: "stage", label, stage: step.title, status: "start" });
    const own = step.makes.map((name) => at(name));
    const begun = at(RECEIPTS, `${step.id}.begun`);
    const halfDone = await readFile(begun, "utf8").catch(() => undefined);
    const mine = halfDone === undefined ? old?.digest === digest : halfDone === digest;
    if (step.after === "clean" || !mine) await clear(own);
    else for (const folder of own) await sweep(folder);
    await writeFileAtomic(begun, digest);
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
      program: { name: "reflow", version: o.version },
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
    await rm(begun, { force: true });
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

/** Removes files and folders of a step that starts over. */
async function clear(paths: readonly string[]): Promise<void> {
  for (const p of paths) await rm(p, { recursive: true, force: true });
}

/** A folder that grows while it is read would never be the same twice. */
async function refuseInside(output: string, read: string): Promise<void> {
  const inside = path.relative(await realpath(read).catch(() => read), await realpath(output));
  if (inside.startsWith("..") || path.isAbsolute(inside)) return;
  throw new ReflowError(
    "usage",
    "output_inside_input",
    `the output ${output} lies inside ${read}, which the flow reads`,
    "Name a folder elsewhere with --output.",
    { where: { file: output } },
  );
}
