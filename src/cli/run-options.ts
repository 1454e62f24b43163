import { type Command, InvalidArgumentError } from "commander";
import type { RunOptions } from "../loop/plan/types.js";
import { quoted } from "./output.js";

/** The flags of `plan` and `run`: what the plan is made of, where jobs run and how it is shown. */
export type RunFlags = Omit<RunOptions, "workspace"> &
  Readonly<{ platform: string; json?: boolean; plain?: boolean }>;

/** The options that `plan` and `run` share; together with the data they make the plan. */
export function addRunOptions(command: Command): Command {
  return command
    .argument("<workspace>", "folder with train/, kpi/ and images/")
    .requiredOption("--kpi <target>", 'the goal, e.g. "FAR < 1% at Recall=100%"')
    .requiredOption("--max-iterations <n>", "stop after this many iterations", whole)
    .option("--claim <text>", 'a claim to prove, e.g. "escape<=1%@95%"')
    .option("--seed <n>", "seed of everything random (default 1)", whole)
    .option("--epochs <n>", "training epochs (default: from the spec)", whole)
    .option("--num-sdg <n>", "synthetic pairs per iteration (default 20)", whole)
    .option("--top-k <n>", "pool neighbours per weak sample (default 5)", whole)
    .option("--min-similarity <x>", "least cosine similarity of a mined row (default 0.9)", number)
    .option("--workers <n>", "worker threads (default: all cores)", whole)
    .option("--encoder <onnx>", "encoder for mining instead of the current network, e.g. SigLIP or DINO")
    .option("--baseline-checkpoint <onnx>", "a baseline trained elsewhere; training starts with iteration 1")
    .option("--platform <name>", "where jobs run", platform, "local")
    .option("--json", "machine-readable output")
    .option("--plain", "no bars and colours");
}

export function toRunOptions(workspace: string, f: RunFlags): RunOptions {
  const { json: _, plain: __, platform: ___, ...rest } = f;
  return { workspace, ...rest };
}

/** The command line that repeats these options, for the next step. */
export function repeatCommand(name: string, workspace: string, f: RunFlags): string {
  const words = ["reflow", name, quoted(workspace)];
  for (const [key, value] of Object.entries(f)) {
    if (key === "json" || key === "plain" || (key === "platform" && value === "local")) continue;
    if (value === undefined || typeof value === "boolean" || key === "approve") continue;
    words.push(`--${key.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, quoted(String(value)));
  }
  return words.join(" ");
}

/** The platforms of this version. */
const PLATFORMS: readonly string[] = ["local"];

function platform(text: string): string {
  if (!PLATFORMS.includes(text))
    throw new InvalidArgumentError(`unknown platform; this version has: ${PLATFORMS.join(", ")}`);
  return text;
}

/** A seed, as `plan` takes it. */
export function seed(text: string): number {
  const value = whole(text);
  if (value < 0 || value > 2 ** 31 - 1)
    throw new InvalidArgumentError(`a whole number from 0 to ${2 ** 31 - 1}`);
  return value;
}

function whole(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError("not a whole number");
  return Number(text);
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("not a number");
  return value;
}
