import { ReflowError } from "../../kit/errors.js";
import { nearestName } from "../../kit/nearest-name.js";
import {
  BOARDS,
  boardAlias,
  FLOWS,
  findKnob,
  isRoot,
  KNOBS,
  nameFault,
  rootInvalid,
  usecaseAlias,
} from "../knobs/index.js";
import { MOST_IMAGES } from "./counts.js";
import { EMPTY, readSentence } from "./read.js";
import type { Environment, IntakeRequest, Slots } from "./types.js";

/** A refusal that ends the intake: a usage error, which `resolve` turns into a stop. */
export function usageError(code: string, message: string, hint: string): ReflowError {
  return new ReflowError("usage", code, message, hint);
}

/** Sentence and fields as one; a field wins. Throws the refusals of single values. */
export function slotsOf(request: IntakeRequest, env: Environment): Slots {
  const said = request.text === undefined ? EMPTY : readSentence(request.text, env.boards);
  const knobs = { ...said.knobs, ...request.knobs };
  const root = request.root ?? knobs.dig_url_root ?? said.root;
  const usecase = request.usecase ?? knobs.usecase;
  const board = request.board ?? knobs.board ?? said.board;
  const name = request.name ?? knobs.name;
  for (const lifted of ["dig_url_root", "usecase", "board", "name"]) delete knobs[lifted];
  if (request.flow !== undefined && !FLOWS.includes(request.flow))
    throw usageError("flow_unknown", `there is no flow ${request.flow}`, `The flows: ${FLOWS.join(", ")}.`);
  if (root !== undefined && !isRoot(root)) throw rootInvalid(root);
  const slots: Slots = {
    ...said,
    phrase: said.phrase,
    knobs: name === undefined ? knobs : { ...knobs, name },
    ...(root !== undefined && { root }),
    ...(request.flow && { flow: request.flow }),
    ...(usecase !== undefined && namedUsecase(usecase)),
    ...(board !== undefined && { board: boardAlias(board) ?? board }),
    ...((request.pool ?? said.pool) !== undefined && { pool: request.pool ?? said.pool }),
    planOnly: request.planOnly ?? said.planOnly,
  };
  return slots;
}

function namedUsecase(text: string): Pick<Slots, "usecase" | "usecases" | "pcb"> {
  const usecase = usecaseAlias(text) ?? text;
  const fault = nameFault(usecase);
  if (fault)
    throw usageError(
      "name_unsafe",
      `use case ${text}: ${fault.why}`,
      `Rename it, for example ${fault.suggestion}.`,
    );
  return { usecase, usecases: [usecase], pcb: usecase === "pcb" };
}

/** Everything that is wrong whatever the flow will be (dig 3.7). Throws. */
export function checkSlots(s: Slots): void {
  if (s.otherModel)
    throw usageError(
      "knob_constant",
      "the image-edit model is fixed; a generic Qwen image-edit model spoils the labels silently, also in short tests",
      "Keep nvidia/Qwen-Image-Edit-NVPCB-OVSL2SL. If it cannot be served, stop here and say what blocks it.",
    );
  if (s.badCount !== undefined)
    throw usageError(
      "count_invalid",
      `"${s.badCount}" is no number to work with`,
      `Give one whole number from 1 to ${MOST_IMAGES}.`,
    );
  const fault = s.board === undefined ? undefined : nameFault(s.board);
  if (fault)
    throw usageError(
      "name_unsafe",
      `the board name ${s.board} is not safe: ${fault.why}`,
      `Rename its folder to digits without leading zeros, or with hyphens, for example ${fault.suggestion}. Known boards: ${Object.keys(BOARDS).join(", ")}.`,
    );
  for (const name of Object.keys(s.knobs)) {
    if (findKnob(name)) continue;
    const near = nearestName(
      name,
      KNOBS.map((k) => k.name),
    );
    throw usageError(
      "knob_unknown",
      `there is no knob ${name}`,
      near ? `Did you mean ${near}?` : "`reflow generate --help` lists them.",
    );
  }
}
