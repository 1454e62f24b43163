import { ReflowError } from "../kit/errors.js";

/** The file is not a checkpoint that this program wrote. */
export function notOurs(file: string, why: string): ReflowError {
  return new ReflowError(
    "data",
    "checkpoint_invalid",
    `${file} is not a Reflow checkpoint: ${why}`,
    "Name a model_epoch_… or model_best_… .onnx file written by training.",
    { where: { file } },
  );
}

export function interrupted(what: string): ReflowError {
  return new ReflowError(
    "interrupted",
    "interrupted",
    `${what} was interrupted`,
    "Run the same command again: it goes on where it stopped.",
  );
}

export function oneClass(what: string, missing: "PASS" | "NG"): ReflowError {
  return new ReflowError(
    "data",
    "one_class",
    `the ${what} rows hold no ${missing} row`,
    missing === "NG" ? "Add rows with a defect label." : "Add rows labelled exactly PASS.",
  );
}
