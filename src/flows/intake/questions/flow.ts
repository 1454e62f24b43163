import { FLOW_INFO, type FlowId, patchesFor } from "../../knobs/index.js";
import { type Asked, ask, type Choice, type Context, cancelled, said } from "./ask.js";

const flowChoice = (flow: FlowId, label: string): Choice => [label, [`flow ${flow}`], { flow }];

export function askPcba({ slots }: Context): Asked {
  const day0 = [
    flowChoice("texture-day0", "Day 0 texture: solder defects and missing parts on rendered crops"),
    flowChoice("good", "Day 0 good: clean images only"),
    flowChoice("structural", "Day 0 structural: shifted, tombstoned, flipped parts"),
  ];
  const day1 = flowChoice("day1-align", "Day 1: defects on a real photo of the board");
  return ask("Q-PCBA", `${said(slots)}: which flow?`, slots.day === 0 ? day0 : [...day0, day1]);
}

export function askDefect({ slots }: Context): Asked {
  const n = slots.count?.n;
  const texture = n === undefined ? [] : [`num_sdg=${n}`];
  const posed = n === undefined ? [] : [`render_patches=${patchesFor(n)}`];
  return ask("Q-DEFECT", `${said(slots)}: which kind of defects?`, [
    [
      "texture: bridges, excess solder, missing parts",
      ["flow texture-day0", ...texture],
      { flow: "texture-day0" },
    ],
    ["structural: wrong poses of parts", ["flow structural", ...posed], { flow: "structural" }],
    [
      "missing components only; they are made by Day 0 texture, not by structural",
      ["flow texture-day0", 'anomaly_types_json=[["passive_component","missing"]]', ...texture],
      { flow: "texture-day0", defects: ["missing"] },
    ],
  ]);
}

export function askSmoke({ slots }: Context): Asked {
  return ask("Q-SMOKE", `${said(slots)}: how small a test?`, [
    [
      "a tiny probe of good images, about 5",
      ["flow good", "render_patches=5", "crop_max_emit=1"],
      { flow: "good", knobs: { render_patches: "5", crop_max_emit: "1", ...slots.knobs } },
    ],
    [
      "Day 0 texture with the shipped checkpoint at its usual sizes, about 30 minutes",
      ["flow texture-day0", "use_pretrained_checkpoint=true"],
      { flow: "texture-day0", smoke: false },
    ],
    ["only the set-up of the PCB case", ["setup pcb"], { setup: true, setupCase: "pcb", smoke: false }],
  ]);
}

export function askData({ slots }: Context): Asked {
  const usecase = slots.usecases.length === 1 ? slots.usecases[0]! : "custom";
  const own = { flow: "day1-roi" as const, usecase, usecases: [usecase] };
  return ask("Q-DATA", `${said(slots)}: how is the data laid out?`, [
    [
      `<material>/clean_image and mask/<defect> with a defect_spec.jsonl: used as it is (mode A)`,
      ["flow day1-roi", `usecase=${usecase}`, `datasets/${usecase}/raw with defect_spec.jsonl`],
      own,
    ],
    [
      "flat or otherwise arranged: sorted by its folders of clean images and masks (mode B)",
      ["flow day1-roi", `usecase=${usecase}`, `datasets/${usecase}/raw without defect_spec.jsonl`],
      own,
    ],
    [
      "a real photo of a board whose CAD scene is there",
      ["flow day1-align", "usecase=pcb"],
      { flow: "day1-align" },
    ],
  ]);
}

export function askTrain({ slots }: Context): Asked {
  return ask("Q-TRAIN", `${said(slots)}: what is the training for?`, [
    ["a checkpoint to use later (Finetune Only)", ["flow finetune"], { flow: "finetune" }],
    [
      "defect images at once, after training: Day 0 for PCB, Day 1 for metal and glass",
      ["use_pretrained_checkpoint=false"],
      { generate: true, day: undefined, flows: ["texture-day0"] },
    ],
    [
      "none after all: reuse a checkpoint under models/<usecase>",
      ["use_pretrained_checkpoint=true"],
      { train: false, steps: undefined, flows: ["texture-day0"] },
    ],
  ]);
}

export function askFlows({ slots }: Context, flows: readonly FlowId[]): Asked {
  const [first, second] = flows as [FlowId, FlowId];
  return ask("Q-FLOWS", `${said(slots)} names two flows, and a run has one. Which?`, [
    [
      `both, one after the other: ${FLOW_INFO[first].title}, then ${FLOW_INFO[second].title}`,
      [`flow ${first}`, `flow ${second}`, "the same name and board"],
      { inTurn: true, flow: first, flows: [first, second] },
    ],
    [`only ${FLOW_INFO[first].title}`, [`flow ${first}`], { flow: first }],
    [`only ${FLOW_INFO[second].title}`, [`flow ${second}`], { flow: second }],
  ]);
}

export function askForced({ slots }: Context, usecase: string): Asked {
  return ask(
    "N-FORCED",
    `${said(slots)}: for ${usecase} there is one flow, Day 1 manual ROI on datasets/${usecase}/raw. Go ahead?`,
    [
      [
        "yes",
        ["flow day1-roi", `usecase=${usecase}`],
        { confirmed: true, flow: "day1-roi", usecase, modes: [], otherBoard: undefined },
      ],
      ["no", [], cancelled],
    ],
  );
}
