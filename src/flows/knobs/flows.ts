/** The six flows that people name, in the order in which they are offered. */
export const FLOWS = ["texture-day0", "good", "structural", "day1-align", "day1-roi", "finetune"] as const;
export type FlowId = (typeof FLOWS)[number];

/** The four preparations of a storage root. */
export const SETUP_CASES = ["pcb", "metal", "glass", "pretrained"] as const;
export type SetupCase = (typeof SETUP_CASES)[number];

/** Where a knob can be given: a flow, or the set-up of a case. */
export type KnobScope = FlowId | `setup-${SetupCase}`;

/** What a flow is called and what it leaves behind (dig 1.1, 5.5). */
export type FlowInfo = Readonly<{
  id: FlowId;
  /** The id of the contract. */
  contractId: string;
  title: string;
  /** Default `workflow_name`, and the prefix of run names. */
  workflow: string;
  prefix: string;
  /** Workflow file of the cluster form. */
  file: string;
  /** Folders under `runs/<name>/`; `finetune` only when the flow trains first. */
  stages: readonly string[];
  /** Day 0 starts from a scene, Day 1 from photos; training is neither. */
  day: 0 | 1 | undefined;
}>;

function flow(
  id: FlowId,
  contractId: string,
  title: string,
  rest: Omit<FlowInfo, "id" | "contractId" | "title">,
) {
  return Object.freeze({ id, contractId, title, ...rest });
}

export const FLOW_INFO: Readonly<Record<FlowId, FlowInfo>> = Object.freeze({
  "texture-day0": flow("texture-day0", "day0_texture", "Day 0 texture defects", {
    workflow: "texture_defect_gen_day0",
    prefix: "texture_defect_gen_day0",
    file: "texture_defect_generation_day0.yaml",
    stages: ["usd2roi-components", "augment", "finetune", "anomaly"],
    day: 0,
  }),
  good: flow("good", "day0_good", "Day 0 good images", {
    workflow: "good_image_gen",
    prefix: "good_image_gen",
    file: "good_image_generation.yaml",
    stages: ["usd2roi-components", "augment"],
    day: 0,
  }),
  structural: flow("structural", "day0_structural", "Day 0 structural defects", {
    workflow: "structural_defect_gen",
    prefix: "structural_defect_gen",
    file: "structural_defect_generation.yaml",
    stages: ["structural_defect", "structural_defect_edited"],
    day: 0,
  }),
  "day1-align": flow("day1-align", "day1_real", "Day 1 real alignment", {
    workflow: "texture_defect_gen_day1_real_alignment",
    prefix: "texture_defect_gen_day1_real_alignment",
    file: "texture_defect_generation_day1_real_alignment.yaml",
    stages: ["usd2roi-day1", "finetune", "anomaly"],
    day: 1,
  }),
  "day1-roi": flow("day1-roi", "day1_manual", "Day 1 manual ROI", {
    workflow: "texture_defect_gen_day1_manual_roi",
    prefix: "texture_defect_gen_day1_manual_roi",
    file: "texture_defect_generation_day1_manual_roi.yaml",
    stages: ["finetune", "anomaly"],
    day: 1,
  }),
  finetune: flow("finetune", "finetune", "Finetune Only", {
    workflow: "finetune",
    prefix: "finetune",
    file: "finetune.yaml",
    stages: ["finetune"],
    day: undefined,
  }),
});
