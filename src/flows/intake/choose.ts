import {
  BOARDS,
  CLUSTER_ENDPOINT,
  DEFAULT_BOARD,
  type FlowId,
  findKnob,
  gpuKnobs,
  type KnobValue,
  otherFlow,
  parseKnob,
  STRUCTURAL_MODES,
} from "../knobs/index.js";
import { MEASURED_YIELD, sizeStructural } from "../structural/sizing.js";
import { boardOf } from "./settled.js";
import { usageError } from "./slots.js";
import { pairNames, taxonomyOf } from "./taxonomy.js";
import type { Situation } from "./triggers.js";
import type { Slots } from "./types.js";

/** The knobs that a request sets, with what the user should know about them. */
export type Chosen = Readonly<{
  set: Readonly<Record<string, KnobValue>>;
  notes: readonly string[];
  warnings: readonly string[];
}>;

type Draft = { set: Record<string, KnobValue>; notes: string[]; warnings: string[] };

/** All knobs that follow from a request whose flow is known. Throws for a knob that the flow does not have. */
export function chosenKnobs(c: Situation, flow: FlowId, usecase: string, trains: boolean): Chosen {
  const { slots: s } = c;
  const d: Draft = { set: {}, notes: [], warnings: [] };
  if (findKnob("usecase")!.scopes.includes(flow)) d.set.usecase = usecase;
  chooseBoard(c, flow, usecase, d);
  for (const [name, text] of Object.entries(s.knobs)) d.set[name] = parseKnob(name, text, flow);
  chooseEndpoint(c, flow, d);
  chooseCounts(s, flow, usecase, d);
  if (flow === "structural") chooseModes(s, d);
  else if (flow !== "good" && flow !== "finetune") chooseDefects(c, flow, usecase, trains, d);
  if (s.gpus !== undefined) chooseGpus(s.gpus, flow, trains, d);
  if (usecase !== "pcb")
    d.notes.push(`Day 1 manual ROI on datasets/${usecase}/raw is the only flow for ${usecase}.`);
  if (flow === "finetune") d.notes.splice(0, d.notes.length, ...finetuneNotes(usecase, s));
  return d;
}

function chooseBoard(c: Situation, flow: FlowId, usecase: string, d: Draft): void {
  const { slots: s } = c;
  if (!findKnob("board")!.scopes.includes(flow)) {
    if (s.board !== undefined && usecase !== "pcb")
      d.warnings.push(`The board ${s.board} plays no part for ${usecase}.`);
    return;
  }
  const { name, from } = boardOf(c);
  d.set.board = name;
  if (from === "here") d.notes.push(`${DEFAULT_BOARD} has no cookbook here; the board is ${name}.`);
  if (from === "memory") d.notes.push(`Board ${name}, as remembered.`);
  if (c.env.boards && !c.env.boards.includes(name))
    d.warnings.push(`There is no cookbook for ${name} here: put one under cookbooks/pcb/${name}.`);
  if (flow !== "day1-align" || s.knobs.real_image_filename !== undefined) return;
  const photo = BOARDS[name]?.photo;
  if (name !== DEFAULT_BOARD) d.set.real_image_filename = photo ?? `input_real_image/${name}.jpg`;
}

function chooseEndpoint({ slots: s, memory }: Situation, flow: FlowId, d: Draft): void {
  const endpoint = s.endpoint ?? (d.set.image_edit_endpoint === undefined ? memory.endpoint : undefined);
  if (endpoint === undefined) return;
  if (!findKnob("image_edit_endpoint")!.scopes.includes(flow)) {
    if (s.endpoint) d.notes.push("This flow edits no images; the endpoint is not used.");
    return;
  }
  d.set.image_edit_endpoint =
    endpoint === "local" ? CLUSTER_ENDPOINT : parseKnob("image_edit_endpoint", endpoint, flow);
}

/** Counts, coverage and smoke tests become the knobs of their stage. A knob that was set itself stays. */
function chooseCounts(s: Slots, flow: FlowId, usecase: string, d: Draft): void {
  const put = (name: string, value: number, note?: string): void => {
    const knob = findKnob(name)!;
    if (!knob.scopes.includes(flow)) throw otherFlow(knob, flow);
    if (d.set[name] !== undefined) return;
    d.set[name] = value;
    if (note) d.notes.push(note);
  };
  const day0 = flow === "texture-day0" || flow === "good" || flow === "structural";
  if (s.coverage && day0) put("render_patches", -1);
  const { count } = s;
  if (count && flow === "finetune")
    d.notes.push(`"${count.phrase}" sets nothing: training uses all of its images.`);
  else if (count) countKnob(count, flow, usecase, s, d, put);
  if (s.smoke && !count) {
    if (flow === "texture-day0" || flow === "good") {
      put("render_patches", 5);
      put("crop_max_emit", 1);
    } else if (flow === "structural") put("render_patches", 2);
    else if (flow !== "finetune") put("num_sdg", 5);
  }
  if (flow === "structural") structuralDefaults(count?.n, d);
  const frames = d.set.render_patches;
  if (flow !== "structural" && frames === 1)
    d.warnings.push("render_patches=1 gives a single view; 2 or more are safer.");
}

type Put = (name: string, value: number, note?: string) => void;

function countKnob(
  count: NonNullable<Slots["count"]>,
  flow: FlowId,
  usecase: string,
  s: Slots,
  d: Draft,
  put: Put,
): void {
  const { n, stage } = count;
  if (stage === "patch") put("render_patches", n);
  else if (flow === "structural") {
    if (stage === "emit") put("crop_max_emit", n);
    const modes = s.modes.length || STRUCTURAL_MODES.length;
    const total = count.each ? n * modes : n;
    // What was measured on a board is for all of its modes.
    const board = String(d.set.board ?? "");
    const measured = Object.hasOwn(MEASURED_YIELD, board);
    const sizing = sizeStructural(
      measured ? Math.ceil((total * STRUCTURAL_MODES.length) / modes) : total,
      measured ? board : undefined,
    );
    const { render_patches: frames, most } = sizing;
    const told = `${frames} ${frames === 1 ? "frame" : "frames"}`;
    put(
      "render_patches",
      frames,
      measured
        ? `${total} crops: as measured on ${board}, ${told}${most ? ", the whole board, which gives fewer" : ""}.`
        : `${total} crops: about 30 come from one frame, so ${told}.`,
    );
    d.warnings.push("The number of structural crops is an estimate; the run counts what it made.");
    if (!measured && total < 30)
      d.warnings.push(
        "Fewer than 30 crops: one frame gives about 30; narrow the modes, component_types or ratio.",
      );
  } else if (flow === "good")
    put(
      "crop_max_emit",
      n,
      stage === "emit" ? undefined : `${count.phrase}: counted as crops of each material in each view.`,
    );
  else if (stage === "emit" || (stage === "crop" && flow === "texture-day0")) put("crop_max_emit", n);
  else {
    const { pairs } = taxonomyOf(s, flow, usecase, String(d.set.board ?? ""));
    const kinds = count.each ? (pairs?.length ?? 1) : 1;
    put(
      "num_sdg",
      n * kinds,
      kinds > 1 ? `${n} for each of ${kinds} defects: ${n * kinds} in total.` : undefined,
    );
  }
}

function structuralDefaults(wanted: number | undefined, d: Draft): void {
  const own = BOARDS[String(d.set.board)]?.structuralPatches;
  if (d.set.render_patches === undefined && own !== undefined) d.set.render_patches = own;
  if (d.set.render_patches === 1)
    d.warnings.push(
      `One frame can happen to be empty and then gives no crops${wanted === undefined ? "" : `; ${wanted} are wanted`}: 2 or 3 are safer.`,
    );
}

function chooseModes(s: Slots, d: Draft): void {
  if (d.set.defect_modes === undefined) {
    const kept = STRUCTURAL_MODES.filter((m) => !s.without.includes(m));
    if (s.modes.length > 0) d.set.defect_modes = s.modes.join(",");
    else if (kept.length === 0)
      throw usageError(
        "no_defects_left",
        "every mode is excluded",
        "Leave at least one of shift, tombstone, sideflip.",
      );
    else if (kept.length < STRUCTURAL_MODES.length) d.set.defect_modes = kept.join(",");
  }
  d.notes.push("Missing components are not made here; they are a Day 0 texture defect.");
}

function chooseDefects(c: Situation, flow: FlowId, usecase: string, trains: boolean, d: Draft): void {
  const { slots: s } = c;
  if (trains) d.set.use_pretrained_checkpoint = false;
  if (d.set.anomaly_types_json === undefined) {
    const { pairs, impossible } = taxonomyOf(s, flow, usecase, String(d.set.board ?? ""));
    if (pairs) d.set.anomaly_types_json = pairs;
    if (impossible.length > 0)
      d.warnings.push(
        `${String(d.set.board)} has no part for ${pairNames(impossible)}: left out with a warning when the run finds none.`,
      );
    if (flow === "texture-day0" && (pairs ?? []).some(([, defect]) => defect === "missing"))
      d.notes.push("Missing components are native to this flow.");
  }
}

function chooseGpus(gpus: number, flow: FlowId, trains: boolean, d: Draft): void {
  if (flow === "good" || flow === "structural") {
    d.warnings.push("Rendering and image editing stay on one GPU each.");
    return;
  }
  if (gpus < 1) throw usageError("count_invalid", `${gpus} GPUs`, "Give a whole number from 1.");
  for (const [name, value] of Object.entries(gpuKnobs(trains ? "train" : "infer", gpus)))
    d.set[name] ??= value;
}

function finetuneNotes(usecase: string, s: Slots): readonly string[] {
  const count = s.count ? [`"${s.count.phrase}" sets nothing: training uses all of its images.`] : [];
  return [
    "Rendering of validation images happens in the task; nothing is rendered before.",
    `The checkpoint lies under runs/<name>/finetune; copy it to models/${usecase} or name it as a checkpoint.`,
    ...count,
  ];
}
