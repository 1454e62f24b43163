import { describe, expect, test } from "vitest";
import { IMAGE_EDIT_MODEL, USECASES } from "../knobs/index.js";
import { resolve } from "./resolve.js";
import type { Answers, Environment, Memory, Plan, Question, Stop } from "./types.js";

const OSMO: Environment = { platform: "osmo", stamp: "0a1b2c3d" };
/** "R" of the contract: root and pool are remembered. */
const R: Memory = { dig_url_root: "s3://mine/dig", pool: "gpu-pool" };

function plan(text: string, memory: Memory = R, env = OSMO, answers: Answers = {}): Plan {
  const r = resolve({ text, answers }, memory, env);
  if (r.kind !== "plan") throw new Error(`no plan: ${JSON.stringify(r)}`);
  return r.plan;
}
function questions(text: string, memory: Memory = R, env = OSMO, answers: Answers = {}): readonly Question[] {
  const r = resolve({ text, answers }, memory, env);
  if (r.kind !== "questions") throw new Error(`no questions: ${JSON.stringify(r)}`);
  return r.questions;
}
const ids = (text: string, memory: Memory = R, env = OSMO) => questions(text, memory, env).map((q) => q.id);
function stop(text: string, memory: Memory = R, env = OSMO): Stop {
  const r = resolve({ text }, memory, env);
  if (r.kind !== "stop") throw new Error(`no stop: ${JSON.stringify(r)}`);
  return r;
}
const paths = (p: Plan) => p.artifacts.map((a) => a.path);
const stages = (p: Plan) => p.outputs.map((o) => o.split("/").at(-2));
const MT = USECASES.metal_surface!.taxonomy;

describe("contract 3.9: plan-only examples, nothing remembered", () => {
  test("E1 full AOI run on the spark board", () => {
    const p = plan(
      "Plan only: full AOI run on the spark board with the shipped checkpoint, annotate IC bridge, excess solder and missing",
      {},
    );
    expect(p.flow).toBe("texture-day0");
    expect(p.preflights).toContain("credentials");
    expect(p.preflights).toContain("0 pcb");
    expect(paths(p).sort()).toEqual(
      ["datasets/pcb/assets", "datasets/pcb/raw", "models/pcb", "models/pretrained"].sort(),
    );
    expect(p.knobs.checkpoint_step).toBe(14000);
    expect(p.knobs.anomaly_types_json).toEqual([
      ["IC", "bridge"],
      ["passive_component", "excess_solder"],
      ["passive_component", "missing"],
    ]);
    expect(p.cluster?.filter((w) => w.startsWith("dig_url_root="))).toEqual(["dig_url_root=<dig_url_root>"]);
    expect(stages(p)).toContain("anomaly");
    expect(p.notes.join(" ")).toMatch(/[Mm]issing components are native/);
  });

  test("E2 metal images and masks are in place", () => {
    const p = plan(
      "Just a plan: clean metal images and ROI masks are in place, use the shipped checkpoint, no training",
      {},
    );
    expect(p.flow).toBe("day1-roi");
    expect(p.knobs).toMatchObject({
      usecase: "metal_surface",
      checkpoint_step: 10000,
      anomaly_types_json: MT,
    });
    expect(p.preflights).toContain("1 metal_surface");
    expect(paths(p).sort()).toEqual([
      "datasets/metal_surface/raw",
      "models/metal_surface",
      "models/pretrained",
    ]);
    expect(stages(p)).toEqual(["anomaly"]);
  });

  test("E3 train on labelled glass defects", () => {
    const p = plan("Plan how to train on our labelled glass defects for a reusable checkpoint", {});
    expect(p.flow).toBe("finetune");
    expect(p.title).toBe("Finetune Only");
    expect(p.preflights).toContain("finetune glass");
    expect(p.knobs.usecase).toBe("glass");
    expect(p.notes.join(" ")).toMatch(/nothing is rendered before/);
    expect(p.notes.join(" ")).toMatch(/models\/glass/);
    expect(stages(p)).toEqual(["finetune"]);
    expect(paths(p).sort()).toEqual(["datasets/glass/raw", "models/pretrained"]);
  });

  test("E4 clean styled ROIs for ChangeNet positives", () => {
    const p = plan("Plan only: clean styled ROIs on 0603_H100 for ChangeNet positives, local endpoint", {});
    expect(p.flow).toBe("good");
    expect(paths(p)).toEqual(["datasets/pcb/assets"]);
    expect(p.knobs).not.toHaveProperty("checkpoint_step");
    expect(p.knobs).not.toHaveProperty("anomaly_types_json");
    expect(p.knobs.image_edit_model).toBe(IMAGE_EDIT_MODEL);
    expect(p.knobs.board).toBe("0603_H100");
    expect(p.cluster).toContain("board=0603_H100");
    expect(stages(p)).toEqual(["usd2roi-components", "augment"]);
  });

  test("E5 about 60 tombstone and shift frames", () => {
    const p = plan("Plan only: about 60 tombstone and shift frames on 0603_H100, not solder", {});
    expect(p.flow).toBe("structural");
    expect(p.knobs).toMatchObject({ defect_modes: "tombstone,shift", render_patches: 2 });
    expect(p.knobs).not.toHaveProperty("crop_max_emit");
    expect(p.notes.join(" ")).toMatch(/[Mm]issing components are not made here/);
    expect(stages(p)).toEqual(["structural_defect", "structural_defect_edited"]);
  });

  test("E6 a real photo from the AOI machine", () => {
    const p = plan(
      "Plan only: real 0603_H100 photo from the AOI machine, label defects with the shipped checkpoint",
      {},
    );
    expect(p.flow).toBe("day1-align");
    expect(p.preflights).toContain("1 pcb real-alignment");
    expect(p.knobs).toMatchObject({
      usecase: "pcb",
      board: "0603_H100",
      default_spatial_dependency: "cad",
      real_image_filename: "input_real_image/0603_H100.jpg",
    });
    expect(stages(p)).toEqual(["usd2roi-day1", "anomaly"]);
    const trained = plan("Plan only: real 0603_H100 photo, finetune first, then label defects", {});
    expect(stages(trained)).toEqual(["usd2roi-day1", "finetune", "anomaly"]);
  });
});

describe("contract 3.9: questions", () => {
  test("T7 generate me 10 images", () => {
    const [q, ...others] = questions("generate me 10 images");
    expect(others).toEqual([]);
    expect(q!.id).toBe("Q-COUNT");
    expect(q!.text).toContain('"generate me 10 images"');
    const sets = q!.options.map((o) => o.sets.join(" "));
    expect(sets[0]).toContain("crop_max_emit=10");
    expect(sets[1]).toContain("render_patches=10");
    expect(sets[2]).toContain("num_sdg=10");
    expect(sets[3]).toContain("render_patches=1");
    expect(q!.options[0]!.recommended).toBe(true);
    expect(q!.options[3]!.label).toMatch(/narrow/);
    expect(q!.table).toBeDefined();
  });

  test("T8 generate me 10 images, nothing remembered", () => {
    expect(ids("generate me 10 images", {})).toEqual(["Q-ROOT", "Q-POOL", "Q-COUNT", "Q-ENDPOINT"]);
  });

  test("T9 run the PCBA flow", () => {
    expect(ids("run the PCBA flow")).toEqual(["Q-PCBA"]);
    expect(questions("run the PCBA flow")[0]!.options).toHaveLength(4);
  });

  test("T10 give me defects", () => {
    expect(ids("give me defects")).toEqual(["Q-DEFECT"]);
    const missing = plan("give me defects", R, OSMO, { "Q-DEFECT": "c" });
    expect(missing).toMatchObject({
      flow: "texture-day0",
      knobs: { anomaly_types_json: [["passive_component", "missing"]] },
    });
  });

  test("T11 smoke test", () => {
    expect(ids("smoke test")).toEqual(["Q-SMOKE"]);
    expect(plan("smoke test", R, OSMO, { "Q-SMOKE": "c" })).toMatchObject({ action: "setup", setup: "pcb" });
  });

  test("T12 smoke test the good-image flow", () => {
    expect(plan("smoke test the good-image flow")).toMatchObject({
      flow: "good",
      knobs: { render_patches: 5, crop_max_emit: 1 },
    });
  });

  test("T13 use my dataset", () => {
    expect(ids("use my dataset")).toEqual(["Q-DATA"]);
  });

  test("T14 finetune", () => {
    expect(ids("finetune")).toEqual(["Q-TRAIN", "Q-USECASE"]);
    const p = plan("finetune", R, OSMO, { "Q-TRAIN": "b", "Q-USECASE": "glass" });
    expect(p).toMatchObject({
      flow: "day1-roi",
      knobs: { usecase: "glass", use_pretrained_checkpoint: false },
    });
  });

  test("T15 glass", () => {
    const [q, ...others] = questions("glass");
    expect(others).toEqual([]);
    expect(q!.id).toBe("N-FORCED");
    expect(q!.options).toHaveLength(2);
    expect(plan("glass", R, OSMO, { "N-FORCED": "a" })).toMatchObject({
      flow: "day1-roi",
      knobs: { usecase: "glass" },
    });
  });

  test("T30 try another board", () => {
    expect(ids("try another board")).toEqual(["Q-BOARD"]);
    expect(plan("try another board", R, OSMO, { "Q-BOARD": "b" }).knobs.board).toBe("1152819000");
  });

  test("T35 upload my zip, no root known", () => {
    expect(ids("upload my zip", {})).toEqual(["Q-ROOT"]);
  });

  test("T36 the same trigger answered earlier", () => {
    expect(plan("generate me 10 images", R, OSMO, { "Q-COUNT": "a" })).toMatchObject({
      flow: "good",
      knobs: { crop_max_emit: 10 },
    });
  });

  test("T39 results", () => {
    const preview = plan("show me the results");
    expect(preview.action).toBe("preview");
    expect(preview.command.slice(0, 3)).toEqual(["osmo", "data", "download"]);
    expect(plan("download everything").action).toBe("archive");
    expect(ids("results please")).toEqual(["Q-VIEW"]);
  });
});

describe("contract 3.9: plans", () => {
  test("T16 infer on metal", () => {
    const p = plan("infer on metal");
    expect(p).toMatchObject({
      flow: "day1-roi",
      knobs: { usecase: "metal_surface", anomaly_types_json: MT },
    });
    expect(p.notes.join(" ")).toContain("only flow");
  });

  test("T17 missing-component images", () => {
    expect(plan("generate missing-component images for 0603_H100")).toMatchObject({
      flow: "texture-day0",
      knobs: { anomaly_types_json: [["passive_component", "missing"]], board: "0603_H100" },
    });
  });

  test("T18 good images, max 3 emitted", () => {
    expect(plan("good images of 0603-H100, max 3 emitted")).toMatchObject({
      flow: "good",
      knobs: { crop_max_emit: 3, board: "0603_H100" },
    });
  });

  test("T19 shift defects, full board coverage", () => {
    expect(plan("shift defects for 115_2819_000, full board coverage")).toMatchObject({
      flow: "structural",
      knobs: { board: "1152819000", defect_modes: "shift", render_patches: -1 },
    });
  });

  test("T20 structural defects on 1152819000", () => {
    expect(plan("structural defects on 1152819000")).toMatchObject({
      flow: "structural",
      knobs: { board: "1152819000", render_patches: -1 },
    });
  });

  test("T21 Day 0: excess solder and missing", () => {
    expect(plan("Day 0 for 0603_H100: excess solder and missing")).toMatchObject({
      flow: "texture-day0",
      knobs: {
        anomaly_types_json: [
          ["passive_component", "excess_solder"],
          ["passive_component", "missing"],
        ],
      },
    });
  });

  test("T22 Day 0 for the IC board, full coverage, bridges", () => {
    expect(plan("Day 0 for _115-2819-000, full coverage, bridges")).toMatchObject({
      flow: "texture-day0",
      knobs: { board: "1152819000", render_patches: -1, anomaly_types_json: [["IC", "bridge"]] },
    });
  });

  test("T23 Day 1 with its photo, bridges", () => {
    expect(plan("Day 1 for _115-2819-000 with its photo, bridges")).toMatchObject({
      flow: "day1-align",
      knobs: {
        board: "1152819000",
        real_image_filename: "input_real_image/115_2819_000.jpg",
        anomaly_types_json: [["IC", "bridge"]],
      },
    });
  });

  test("T24 PCBA Day 1, skip alignment", () => {
    expect(plan("PCBA Day 1, skip alignment")).toMatchObject({ flow: "day1-roi", knobs: { usecase: "pcb" } });
  });

  test("T25 120 structural defects", () => {
    const p = plan("120 structural defects");
    expect(p).toMatchObject({ flow: "structural", knobs: { render_patches: 4 } });
    expect(p.warnings.join(" ")).toContain("estimate");
  });

  test("T26 12 tombstones", () => {
    const p = plan("12 tombstones");
    expect(p).toMatchObject({ flow: "structural", knobs: { defect_modes: "tombstone", render_patches: 1 } });
    expect(p.warnings.join(" ")).toMatch(/Fewer than 30/);
    expect(p.warnings.join(" ")).toMatch(/empty/);
  });

  test("T32 finetune Day 1 metal to 10000 steps, then all defects", () => {
    const p = plan("finetune Day 1 metal to 10000 steps, then all defects");
    expect(p).toMatchObject({
      flow: "day1-roi",
      knobs: { usecase: "metal_surface", use_pretrained_checkpoint: false, anomaly_types_json: MT },
      cookbookPatch: { file: "cookbooks/metal_surface/ag_config.yaml", set: { "trainer.max_iter": 10000 } },
    });
    const set = p.cookbookPatch!.set;
    expect(set["trainer.validation_iter"]! % set["checkpoint.save_iter"]!).toBe(0);
    expect(10000 % set["checkpoint.save_iter"]!).toBe(0);
    expect(paths(p)).not.toContain("models/metal_surface");
  });

  test("T33 finetune Day 0 to step 10000, bridges", () => {
    const p = plan("finetune Day 0 for 115-2819-000 to step 10000, bridges");
    expect(p).toMatchObject({
      flow: "texture-day0",
      knobs: {
        usecase: "pcb",
        board: "1152819000",
        use_pretrained_checkpoint: false,
        anomaly_types_json: [["IC", "bridge"]],
      },
      cookbookPatch: { set: { "trainer.max_iter": 10000 } },
    });
    expect(p.cluster).toContain("usecase=pcb");
  });

  test("T34 train on 4 GPUs, glass", () => {
    expect(plan("train on 4 GPUs, glass")).toMatchObject({
      flow: "finetune",
      knobs: { usecase: "glass", train_gpu: 4, train_cpu: 32, train_memory: "192Gi" },
    });
  });

  test("T37 the request's root wins over the remembered one, and an update is offered", () => {
    const p = plan("good images of 0603_H100, max 3 emitted, s3://other/root");
    expect(p.root).toBe("s3://other/root");
    expect(p.remember).toContainEqual({ item: "dig_url_root", value: "s3://other/root", when: "conflict" });
  });
});

describe("contract 3.9: refusals", () => {
  test("T27 structural with crop_max_emit=50", () => {
    const s = stop("structural with crop_max_emit=50");
    expect(s.code).toBe("knob_other_flow");
    expect(s.hint).toContain("render_patches");
  });

  test("T28 structural, render_patches=0", () => {
    expect(stop("structural, render_patches=0")).toMatchObject({ code: "knob_value" });
  });

  test("T29 use generic qwen-image-edit instead", () => {
    const s = stop("use generic qwen-image-edit instead");
    expect(s.code).toBe("knob_constant");
    expect(s.hint).toContain(IMAGE_EDIT_MODEL);
  });

  test("T31 board 115_9999_000", () => {
    const s = stop("board 115_9999_000");
    expect(s.code).toBe("name_unsafe");
    expect(s.hint).toMatch(/digits.*hyphens/);
  });

  test("T38 Day 0 with the local endpoint in a pool of one GPU", () => {
    const one: Environment = { ...OSMO, poolCapacity: 1 };
    const [q, ...others] = questions("Day 0 bridges on 1152819000 with the local endpoint", R, one);
    expect(others).toEqual([]);
    expect(q!.id).toBe("Q-CAPACITY");
    expect(q!.options.map((o) => o.label).join(" ")).toMatch(/endpoint.*add GPUs/);
    const text = "Day 0 bridges on 1152819000 with the local endpoint";
    expect(resolve({ text, answers: { "Q-CAPACITY": "b" } }, R, one)).toMatchObject({
      code: "pool_too_small",
    });
    expect(plan(text, R, one, { "Q-CAPACITY": "http://edit:8000/v1" }).knobs.image_edit_endpoint).toBe(
      "http://edit:8000/v1",
    );
  });
});
