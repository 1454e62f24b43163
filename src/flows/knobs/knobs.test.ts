import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReflowError } from "../../kit/errors.js";
import {
  castOf,
  defaultOf,
  FLOW_INFO,
  FLOWS,
  findKnob,
  gpuKnobs,
  IMAGE_EDIT_MODEL,
  KNOBS,
  knobsOf,
  knobText,
  nameFault,
  parseSet,
  parseSets,
  patchesFor,
  resolveKnobs,
  STRUCTURAL_YIELD,
} from "./index.js";

const failure = (work: () => unknown): Pick<ReflowError, "code" | "hint" | "message"> => {
  try {
    work();
  } catch (error) {
    return error as ReflowError;
  }
  throw new Error("no error");
};

describe("the table", () => {
  test("knobs have one entry each, and every default is a valid value", () => {
    expect(new Set(KNOBS.map((k) => k.name)).size).toBe(KNOBS.length);
    for (const knob of KNOBS)
      for (const scope of knob.scopes) {
        const value = defaultOf(knob, scope);
        if (value === undefined) expect(knob.required).toBe(true);
        else expect(parseSet(`${knob.name}=${knobText(value)}`, scope)).toEqual({ name: knob.name, value });
      }
  });

  test.each([
    ["texture-day0", "exec_timeout", "28h"],
    ["structural", "queue_timeout", "4h"],
    ["good", "queue_timeout", "2h"],
    ["structural", "render_patches", 5],
    ["good", "render_patches", -1],
    ["day1-align", "workflow_name", "texture_defect_gen_day1_real_alignment"],
    ["day1-roi", "num_sdg", 30],
    ["finetune", "train_storage", "300Gi"],
  ] as const)("%s %s is %s", (flow, name, value) => {
    expect(defaultOf(findKnob(name)!, flow)).toBe(value);
  });

  test("dig_url_root has no default in any scope", () => {
    for (const scope of findKnob("dig_url_root")!.scopes)
      expect(defaultOf(findKnob("dig_url_root")!, scope)).toBeUndefined();
  });

  test("run-name prefixes are valid names with a stamp", () => {
    for (const flow of FLOWS) expect(parseSet(`name=${FLOW_INFO[flow].prefix}-0a1b2c3d`, flow)).toBeDefined();
  });
});

describe("parseSet", () => {
  test.each([
    ["num_sdg=40", "texture-day0", 40],
    ["crop_max_emit=null", "good", null],
    ["crop_max_emit=", "good", ""],
    ["crop_max_emit=3", "good", 3],
    ["render_patches=-1", "structural", -1],
    ["defect_modes=shift,tombstone", "structural", "shift,tombstone"],
    ["use_pretrained_checkpoint=No", "day1-roi", false],
    ['anomaly_types_json=[["IC","bridge"]]', "texture-day0", [["IC", "bridge"]]],
    ["board=1152819000", "good", "1152819000"],
    ["board=115-2819-000", "good", "115-2819-000"],
    ["image_edit_endpoint=http://h:8000/v1/", "good", "http://h:8000/v1"],
    ["dig_url_root=s3://bucket/dig/", "good", "s3://bucket/dig"],
    ["dig_url_root=/data/dig", "good", "/data/dig"],
    ["real_image_filename=input_real_image/a b.jpg", "day1-align", "input_real_image/a b.jpg"],
  ] as const)("%s for %s", (text, flow, value) => {
    expect(parseSet(text, flow).value).toEqual(value);
  });

  test.each([
    ["num_sdg", "good", "set_syntax", "num_sdg"],
    ["=4", "good", "set_syntax", "knob=value"],
    ["num_sgd=4", "texture-day0", "knob_unknown", "num_sdg"],
    ["rendr_patches=4", "good", "knob_unknown", "render_patches"],
    ["crop_max_emit=50", "structural", "knob_other_flow", "render_patches"],
    ["crop_max_emit=50", "day1-align", "knob_other_flow", "crop.classes"],
    ["num_sdg=50", "good", "knob_other_flow", "crop_max_emit"],
    ["render_patches=0", "structural", "knob_value", "-1"],
    ["render_patches=2.5", "good", "knob_value", "whole"],
    ["num_sdg=1e3", "texture-day0", "knob_value", "whole"],
    ["crop_max_emit=0", "good", "knob_value", "null"],
    ["defect_modes=tombstome", "structural", "knob_value", "tombstone"],
    ["defect_modes=shift, tombstone", "structural", "knob_value", "no spaces"],
    ["board=0402", "good", "name_unsafe", "402"],
    ["board=115_2819_000", "good", "name_unsafe", "board=1152819000"],
    ["board=115_9999_000", "good", "name_unsafe", "1159999000"],
    ["board=1e5", "good", "name_unsafe", "board-1e5"],
    ["board=NaN", "good", "name_unsafe", "board-nan"],
    ["board=../x", "good", "name_unsafe", "letters"],
    ["usecase=metal", "day1-roi", "knob_value", "metal_surface"],
    ["image_edit_model=qwen-image-edit", "good", "knob_constant", IMAGE_EDIT_MODEL],
    ["exec_timeout=10h5m", "good", "knob_value", "one unit"],
    ["render_memory=lots", "good", "knob_value", "64Gi"],
    ["anomaly_types_json=[]", "texture-day0", "knob_value", "material"],
    [`anomaly_types_json=[["IC","it's"]]`, "texture-day0", "knob_value", "quote"],
    ['anomaly_types_json=[["IC","a"],["IC","a"]]', "texture-day0", "knob_value", "twice"],
    ["dig_url_root=ftp://host/x", "good", "knob_value", "s3://"],
    ["dig_url_root=<dig_url_root>", "good", "knob_value", "s3://"],
    ["image_edit_endpoint=http://h:8000", "good", "knob_value", "/v1"],
    ["name=1run", "good", "knob_value", "letter"],
    ["real_image_filename=../../etc/passwd", "day1-align", "knob_value", "assets"],
  ] as const)("%s for %s: %s", (text, flow, code, word) => {
    const error = failure(() => parseSet(text, flow));
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.hint}`).toContain(word);
  });

  test("a knob given twice", () => {
    expect(failure(() => parseSets(["num_sdg=1", "num_sdg=2"], "texture-day0")).code).toBe("set_twice");
  });

  test("any text gives a value or a usage error", () => {
    const names = fc.constantFrom(...KNOBS.map((k) => k.name), "nonsense");
    fc.assert(
      fc.property(names, fc.string(), fc.constantFrom(...FLOWS), (name, text, flow) => {
        try {
          parseSet(`${name}=${text}`, flow);
        } catch (error) {
          expect((error as ReflowError).kind).toBe("usage");
        }
      }),
    );
  });
});

describe("names", () => {
  test.each(["0603_H100", "1152819000", "dense", "115-2819-000", "_0603-H100", "e5", "0x10"])(
    "%s is safe",
    (name) => {
      expect(nameFault(name)).toBeUndefined();
    },
  );

  test("a safe name is text or the same digits after the cast, and every suggestion is safe", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."019_-eE.+nainfH") }),
      fc.string(),
      fc.stringMatching(/^[0-9_]{1,12}$/),
    );
    fc.assert(
      fc.property(text, (name) => {
        const fault = nameFault(name);
        if (fault) expect(nameFault(fault.suggestion)).toBeUndefined();
        else if (castOf(name)) expect(BigInt(name).toString()).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});

describe("resolveKnobs", () => {
  test("Day 1 swaps the PCBA literals of glass and metal, each knob on its own", () => {
    const glass = resolveKnobs("day1-roi", { usecase: "glass" });
    expect(glass.checkpoint_step).toEqual({ value: 9000, from: "usecase" });
    expect(glass.anomaly_types_json?.value).toEqual([
      ["Phone", "oil"],
      ["Phone", "scratch"],
      ["Phone", "stain"],
    ]);
    const metal = resolveKnobs("day1-roi", { usecase: "metal_surface", checkpoint_step: 14000 });
    expect(metal.checkpoint_step).toEqual({ value: 14000, from: "set" });
    expect(metal.anomaly_types_json?.from).toBe("usecase");
    expect(resolveKnobs("day1-align", {}).anomaly_types_json?.value).toEqual([
      ["passive_component", "missing"],
    ]);
  });

  test("an explicit null stays", () => {
    expect(resolveKnobs("good", { crop_max_emit: null }).crop_max_emit).toEqual({ value: null, from: "set" });
  });

  test("every flow resolves all its knobs but name and root", () => {
    for (const flow of FLOWS)
      expect(Object.keys(resolveKnobs(flow, {})).length).toBe(
        knobsOf(flow).filter((k) => !k.required).length,
      );
  });
});

describe("sizing", () => {
  test("structural frames", () => {
    expect([1, 12, 30, 31, 60, 120].map((n) => patchesFor(n))).toEqual([1, 1, 1, 2, 2, 4]);
    expect(STRUCTURAL_YIELD).toContainEqual([5, 120]);
  });

  test.each([
    ["train", 4, 32, "192Gi"],
    ["train", 8, 64, "384Gi"],
    ["train", 10, 80, "480Gi"],
    ["infer", 2, 8, "96Gi"],
    ["infer", 9, 36, "432Gi"],
    ["infer", 3, 16, "192Gi"],
  ] as const)("%s on %i GPUs", (part, gpus, cpu, memory) => {
    expect(gpuKnobs(part, gpus)).toEqual({
      [`${part}_gpu`]: gpus,
      [`${part}_cpu`]: cpu,
      [`${part}_memory`]: memory,
    });
  });
});
