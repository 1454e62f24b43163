import { describe, expect, test } from "vitest";
import { resolve } from "./resolve.js";
import type { Environment, Memory } from "./types.js";

const OSMO: Environment = { platform: "osmo", stamp: "0a1b2c3d" };
const R: Memory = { dig_url_root: "s3://mine/dig", pool: "gpu-pool" };
const BRIDGE = [["IC", "bridge"]];
const EXCESS = [["passive_component", "excess_solder"]];
const MISSING = [["passive_component", "missing"]];

/** Plans: sentence, flow, the knobs that matter. */
const PLANS: readonly (readonly [text: string, flow: string, knobs: Record<string, unknown>])[] = [
  // Order of words.
  [
    "bridges please, 50 of them, on 1152819000, day 0",
    "texture-day0",
    { num_sdg: 50, anomaly_types_json: BRIDGE },
  ],
  [
    "on 0603_H100, 90, tombstone and sideflip",
    "structural",
    { defect_modes: "tombstone,sideflip", render_patches: 3 },
  ],
  ["with the shipped checkpoint, on glass, infer", "day1-roi", { usecase: "glass", checkpoint_step: 9000 }],
  // Numbers.
  [
    "1.500 defect images, missing components, 0603_H100",
    "texture-day0",
    { num_sdg: 1500, anomaly_types_json: MISSING },
  ],
  ["1,500 defect images of missing parts on 0603_H100", "texture-day0", { num_sdg: 1500 }],
  [
    "I need fifty defect images with excess solder for 0603_H100",
    "texture-day0",
    { num_sdg: 50, anomaly_types_json: EXCESS },
  ],
  ["one hundred and twenty structural defects", "structural", { render_patches: 4 }],
  ["give me two dozen bridges on 1152819000", "texture-day0", { num_sdg: 24 }],
  [
    "magnetic tiles: fray, twelve images",
    "day1-roi",
    { num_sdg: 12, anomaly_types_json: [["metal_surface", "MT_Fray"]] },
  ],
  ["cracks and blowholes on metal, 40 of each", "day1-roi", { num_sdg: 80 }],
  [
    "finetune glass for 3.000 steps on 2 GPUs",
    "finetune",
    { usecase: "glass", train_gpu: 2, train_memory: "96Gi" },
  ],
  ["60 tombstones and 60 shifts", "structural", { render_patches: 4 }],
  ["10k bridges on 1152819000", "texture-day0", { num_sdg: 10000 }],
  ["I need 3 of each defect on glass", "day1-roi", { num_sdg: 9 }],
  // Plurals and typos of one letter.
  [
    "tombstnes and shfts on 0603_H100, about 90",
    "structural",
    { defect_modes: "tombstone,shift", render_patches: 3 },
  ],
  ["goldne images of the dense board", "good", { board: "dense" }],
  ["brdges on 1152819000", "texture-day0", { anomaly_types_json: BRIDGE }],
  ["infer on mettal", "day1-roi", { usecase: "metal_surface" }],
  [
    "excesive solder on 0603_H100, 7 defect pictures",
    "texture-day0",
    { num_sdg: 7, anomaly_types_json: EXCESS },
  ],
  // Boards.
  ["board 115_2819_000, shifts, whole board", "structural", { board: "1152819000", render_patches: -1 }],
  ["solder defects on mixed", "texture-day0", { board: "mixed", anomaly_types_json: [...BRIDGE, ...EXCESS] }],
  ["good images of board=0603-H100 crop_max_emit=null", "good", { board: "0603_H100", crop_max_emit: null }],
  ["render 20 raw patches of good images for board mixed", "good", { board: "mixed", render_patches: 20 }],
  // Knobs, also in prose.
  [
    "num_sdg to 40, checkpoint step 12000, missing parts",
    "texture-day0",
    { num_sdg: 40, checkpoint_step: 12000 },
  ],
  [
    "good images with crop max emit of fifty and render patches 3",
    "good",
    { crop_max_emit: 50, render_patches: 3 },
  ],
  [
    "defect_modes=shift,tombstone render_patches=3",
    "structural",
    { defect_modes: "shift,tombstone", render_patches: 3 },
  ],
  [
    "bridges on 1152819000 with spatial dependency free",
    "texture-day0",
    { default_spatial_dependency: "free" },
  ],
  [
    'texture-day0 anomaly_types_json=[["IC", "bridge"]] board=1152819000',
    "texture-day0",
    { anomaly_types_json: BRIDGE },
  ],
  ["good images at http://edit:8000/v1", "good", { image_edit_endpoint: "http://edit:8000/v1" }],
  ["infer on glass with 8 GPUs", "day1-roi", { infer_gpu: 8, infer_cpu: 32, infer_memory: "384Gi" }],
  ["num sdg = 12, bridges on 1152819000", "texture-day0", { num_sdg: 12 }],
  ["render-patches 3 structural", "structural", { render_patches: 3 }],
  // Negations.
  [
    "everything except bridges: day 0 on mixed",
    "texture-day0",
    { anomaly_types_json: [...EXCESS, ...MISSING] },
  ],
  ["we need goldens for ChangeNet training on 0603_H100", "good", { board: "0603_H100" }],
  ["all pose defects except sideflip", "structural", { defect_modes: "shift,tombstone" }],
  [
    "Day 0 defects but no bridges on 0603_H100",
    "texture-day0",
    { anomaly_types_json: [...EXCESS, ...MISSING] },
  ],
  ["don't train, infer on glass with the shipped checkpoint", "day1-roi", { usecase: "glass" }],
  ["sideflips instead of tombstones", "structural", { defect_modes: "sideflip" }],
  ["images without defects for 0603_H100, at most 2 crops per cell", "good", { crop_max_emit: 2 }],
  ["not a smoke test: good images of dense, max 4 emitted", "good", { board: "dense", crop_max_emit: 4 }],
  // Day 1, data, training.
  [
    "100 images of bridges from the real photo of 115-2819-000",
    "day1-align",
    { num_sdg: 100, anomaly_types_json: BRIDGE },
  ],
  ["Day 1 on the 0603-H100 photo, 200 images", "day1-align", { num_sdg: 200, board: "0603_H100" }],
  ["use my metal dataset", "day1-roi", { usecase: "metal_surface" }],
  ["retrain the pcb model", "finetune", { usecase: "pcb" }],
  [
    "train with scratches on pcb day 0",
    "texture-day0",
    { use_pretrained_checkpoint: false, anomaly_types_json: [["passive_component", "scratch"]] },
  ],
  ["smoke test on metal", "day1-roi", { num_sdg: 5 }],
  ["what would you run for 60 shifts", "structural", { defect_modes: "shift", render_patches: 2 }],
];

/** Questions: sentence, ids, words that some option must show. */
const QUESTIONS: readonly (readonly [text: string, ids: readonly string[], shows: readonly string[]])[] = [
  ["50 good images", ["Q-COUNT"], ["crop_max_emit=50", "render_patches=50"]],
  ["give me 50", ["Q-COUNT"], ["num_sdg=50", "render_patches=2"]],
  ["Day 0 bridges on the mixed board, thirty-five images", ["Q-COUNT"], ["num_sdg=35"]],
  ["generate fifty defects", ["Q-DEFECT"], ["num_sdg=50", "render_patches=2"]],
  ["good images and tombstones on 0603_H100", ["Q-FLOWS"], ["flow good", "flow structural"]],
  ["bridges and tombstones", ["Q-FLOWS", "Q-BOARD"], ["flow texture-day0", "board=1152819000"]],
  ["Day 0 solder bridges", ["Q-BOARD"], ["board=1152819000"]],
  ["scratches on 0603_H100", ["Q-TAXONOMY"], ["use_pretrained_checkpoint=false"]],
  ["metal tombstones", ["N-FORCED"], ["usecase=metal_surface"]],
  ["clean images of glass", ["N-FORCED"], ["flow day1-roi"]],
  ["day 1", ["Q-USECASE"], ["usecase=glass"]],
  ["glass scratches and metal cracks", ["Q-USECASE"], ["usecase=glass"]],
  ["train metal and glass", ["Q-USECASE"], ["usecase=metal_surface"]],
  ["manual ROI with my masks", ["Q-USECASE"], ["usecase=pcb"]],
  ["try board acme-7 with bridges", ["Q-BOARD"], ["board=1152819000"]],
  ["set up", ["Q-SETUP"], ["setup metal"]],
  ["hello", ["Q-PCBA"], ["flow good"]],
];

const STOPS: readonly (readonly [text: string, code: string, word: string])[] = [
  ["2.5 images", "count_invalid", "whole number"],
  ["0 images of tombstones", "count_invalid", "whole number"],
  ["50-60 bridges on 1152819000", "count_invalid", "whole number"],
  ["1e3 bridges on 1152819000", "count_invalid", "1e3"],
  ["-5 bridges", "count_invalid", "whole number"],
  ["50 or 100 bridges on 1152819000", "count_invalid", "50 or 100"],
  ["between 50 and 100 tombstones", "count_invalid", "between 50 and 100"],
  ["99999999999999999999 tombstones", "count_invalid", "1000000"],
  ["tombstones on 2.5 gpus", "count_invalid", "2.5 gpus"],
  ["tombstones, root s3://KEY:SECRET@bucket/dig", "root_invalid", "environment"],
  ["structural with crop max emit of 50", "knob_other_flow", "render_patches"],
  ["a real photo of 0603_H100, crop_max_emit=3", "knob_other_flow", "crop.classes"],
  ["good images with num_sdg=40", "knob_other_flow", "crop_max_emit"],
  ["num_sgd=40 bridges on 1152819000", "knob_unknown", "num_sdg"],
  ["structural for 0402", "name_unsafe", "board-0402"],
  ["structural on board 1e5", "name_unsafe", "board-1e5"],
  ["board=0402 good images", "name_unsafe", "402"],
  ["bridges on 0603_H100", "defect_not_on_board", "another board"],
  ["good images at http://edit:8000", "knob_value", "/v1"],
  ["structural under /tmp is fine, root /tmp/dig", "root_invalid", "s3://"],
  ["tombstones, image_edit_model=qwen", "knob_constant", "Leave the knob out"],
];

describe("phrasings of our own", () => {
  test("there are more than 40 of them", () => {
    expect(PLANS.length).toBeGreaterThanOrEqual(40);
  });

  test.each(PLANS)("plan: %s", (text, flow, knobs) => {
    const r = resolve({ text }, R, OSMO);
    expect(r).toMatchObject({ kind: "plan", plan: { action: "generate", flow, knobs } });
  });

  test.each(QUESTIONS)("question: %s", (text, ids, shows) => {
    const r = resolve({ text }, R, OSMO);
    if (r.kind !== "questions") throw new Error(JSON.stringify(r));
    expect(r.questions.map((q) => q.id)).toEqual(ids);
    const sets = r.questions.flatMap((q) => q.options.flatMap((o) => o.sets));
    for (const word of shows) expect(sets).toContain(word);
    if (!text.includes("day 1")) expect(r.questions[0]!.text).toContain(text);
  });

  test.each(STOPS)("stop: %s", (text, code, word) => {
    const r = resolve({ text }, R, OSMO);
    expect(r).toMatchObject({ kind: "stop", code });
    if (r.kind === "stop") expect(`${r.message} ${r.hint}`).toContain(word);
  });

  test("a root in the sentence is used as it stands, without the punctuation around it", () => {
    const r = resolve({ text: "under s3://plant/dig: 24 bridges on 1152819000." }, {}, { platform: "local" });
    expect(r).toMatchObject({ kind: "plan", plan: { root: "s3://plant/dig", knobs: { num_sdg: 24 } } });
  });

  test("both flows in turn share name and board; only one of them trains on knobs that it has", () => {
    const answers = { "Q-FLOWS": "a" };
    const r = resolve({ text: "good images and tombstones on dense name=pair-1", answers }, R, OSMO);
    expect(r).toMatchObject({
      kind: "plan",
      plan: {
        flow: "good",
        name: "pair-1",
        afterwards: {
          flow: "structural",
          name: "pair-1",
          knobs: { board: "dense", defect_modes: "tombstone" },
        },
      },
    });
  });

  test("on one machine nobody is asked for pools or endpoints", () => {
    const r = resolve(
      { text: "generate me 10 images" },
      {},
      { platform: "local", suggestedRoot: "/work/dig" },
    );
    expect(r.kind === "questions" && r.questions.map((q) => q.id)).toEqual(["Q-ROOT", "Q-COUNT"]);
  });

  test.each([
    ["PCBA Day 1, skip alignment", "dense"],
    ["retrain the pcb model", "dense"],
    ["infer on metal", "metal_surface"],
    ["tombstones on mixed", "mixed"],
  ])("the command for this machine names a cookbook that exists: %s", (text, cookbook) => {
    const r = resolve(
      { text },
      { dig_url_root: "/data/dig" },
      { platform: "local", boards: ["dense", "mixed"] },
    );
    expect(r.kind === "plan" && r.plan.command.slice(3, 5)).toEqual(["--cookbook", cookbook]);
  });

  test.each([
    ["show me the results", "reflow validate-tree /data/dig/runs/<name>"],
    ["download everything", "tar -czf <name>.tar.gz -C /data/dig/runs <name>"],
  ])("results on this machine come with a command: %s", (text, command) => {
    const local = { platform: "local", boards: ["dense", "mixed"] } as const;
    const r = resolve({ text }, { dig_url_root: "/data/dig" }, local);
    expect(r.kind === "plan" && r.plan.command.join(" ")).toBe(command);
  });

  test.each([
    // 100 are reached between 69 at 10 frames and 111 at 15; a third of the modes gives a third of the crops.
    ["100 structural defects for the dense board", 14, "as measured on dense, 14 frames"],
    ["20 tombstones on dense", 9, "as measured on dense, 9 frames"],
    ["500 structural defects on mixed", 30, "the whole board, which gives fewer"],
  ])("frames on a measured board are those that gave so many: %s", (text, frames, note) => {
    const local = { platform: "local", boards: ["dense", "mixed"] } as const;
    const r = resolve({ text }, { dig_url_root: "/data/dig" }, local);
    expect(r).toMatchObject({ kind: "plan", plan: { knobs: { render_patches: frames } } });
    expect(JSON.stringify(r)).toContain(note);
  });

  test("fields win over the sentence", () => {
    const r = resolve(
      { text: "tombstones on dense", flow: "good", board: "mixed", knobs: { crop_max_emit: "2" } },
      R,
      OSMO,
    );
    expect(r).toMatchObject({
      kind: "plan",
      plan: { flow: "good", knobs: { board: "mixed", crop_max_emit: 2 } },
    });
  });
});
