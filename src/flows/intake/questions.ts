import {
  BOARDS,
  DEFAULT_BOARD,
  FLOW_INFO,
  type FlowId,
  isLocalRoot,
  isRoot,
  patchesFor,
  ROOT_FORMS,
  rootInvalid,
  STRUCTURAL_YIELD,
  USECASES,
} from "../knobs/index.js";
import { routes } from "./route.js";
import { usageError } from "./slots.js";
import type { Environment, Memory, Option, Question, QuestionId, Slots } from "./types.js";

export type Context = Readonly<{ slots: Slots; memory: Memory; env: Environment }>;

/** What an answer changes; `text` is what was pasted. Throws a refusal where the answer ends the intake. */
export type Apply = (text: string) => Partial<Slots> & { readonly podConfirmed?: true };

/** A question with the effect of each of its options. */
export type Asked = Readonly<{ question: Question; effects: Readonly<Record<string, Apply>> }>;

type Choice = readonly [
  label: string,
  sets: readonly string[],
  effect: Partial<Slots> | Apply,
  input?: string,
];

/** The first choice is the recommended one, unless `none` says that nothing can be. */
function ask(
  id: QuestionId,
  text: string,
  choices: readonly Choice[],
  more: { table?: Question["table"] } = {},
): Asked {
  const options = choices.map(([label, sets, , input], i): Option => {
    const key = "abcd"[i]!;
    return Object.freeze({
      key,
      label: i === 0 ? `${label} (Recommended)` : label,
      sets,
      recommended: i === 0,
      ...(input !== undefined && { input }),
    });
  });
  const effects = Object.fromEntries(
    choices.map(([, , effect], i) => ["abcd"[i]!, typeof effect === "function" ? effect : () => effect]),
  );
  return { question: Object.freeze({ id, text, options, ...more }), effects };
}

const cancel: Choice = [
  "cancel",
  [],
  () => {
    throw usageError("cancelled", "cancelled; nothing was done", "Ask again when the answer is known.");
  },
];

const said = (s: Slots): string => (s.phrase === "" ? "The request" : `"${s.phrase}"`);

/** The storage root (dig 3.4): offered, never assumed. */
export function askRoot({ slots, env }: Context): Asked {
  const offer = env.platform === "osmo" ? "s3://osmo-workflows/dig" : (env.suggestedRoot ?? "./dig");
  const care = env.platform === "osmo" ? "; confirm only if you control that bucket" : "";
  return ask(
    "Q-ROOT",
    `${said(slots)}: where is the storage root? ${env.platform === "osmo" ? "80 GB or more" : "Models, data and all runs"} land there.`,
    [
      [`${offer}${care}`, [`dig_url_root=${offer}`], { root: offer }],
      [
        "another storage prefix",
        ["dig_url_root=<paste it>"],
        (text) => ({ root: checkedRoot(text, env) }),
        ROOT_FORMS,
      ],
      cancel,
    ],
  );
}

export function checkedRoot(text: string, env: Environment): string {
  if (!isRoot(text)) throw rootInvalid(text);
  if (env.platform === "osmo" && isLocalRoot(text))
    throw usageError(
      "root_invalid",
      `a cluster cannot read ${text}`,
      "Name s3://, gs://, swift://, tos:// or azure:// storage.",
    );
  return text;
}

export function askPool({ env }: Context): Asked {
  const known = (env.pools ?? []).slice(0, 2);
  const paste: Choice = ["another pool", ["--pool <name>"], (text) => ({ pool: text }), "the pool's name"];
  return ask("Q-POOL", "Which pool runs it by default?", [
    ...known.map((pool): Choice => [pool, [`--pool ${pool}`], { pool }]),
    known.length === 0 ? (["name the pool", ...paste.slice(1)] as unknown as Choice) : paste,
    cancel,
  ]);
}

export function askEndpoint({ env }: Context): Asked {
  const capacity = env.poolCapacity === undefined ? "" : `; the pool has ${env.poolCapacity}`;
  return ask("Q-ENDPOINT", "Where does image editing run?", [
    [
      `in the cluster, on a GPU of its own (needs a pool of 2 or more${capacity})`,
      ["image_edit_endpoint=<cluster service>"],
      () => {
        if ((env.poolCapacity ?? 2) < 2) throw tooSmall(env);
        return { endpoint: "local" };
      },
    ],
    [
      "an endpoint that already runs",
      ["image_edit_endpoint=<paste it>"],
      (text) => ({ endpoint: text }),
      "URL ending in /v1",
    ],
  ]);
}

const tooSmall = (env: Environment) =>
  usageError(
    "pool_too_small",
    `the pool has a Total Capacity of ${env.poolCapacity} GPU: the cluster endpoint would hold it for good, and nothing is left to run the flow`,
    "Add GPUs to the pool, or give the URL of an endpoint that already runs.",
  );

export function askCapacity({ env }: Context): Asked {
  return ask(
    "Q-CAPACITY",
    `The pool's Total Capacity is ${env.poolCapacity}, but the cluster endpoint holds one GPU and the flow needs another.`,
    [
      [
        "use an endpoint that already runs",
        ["image_edit_endpoint=<paste it>"],
        (text) => ({ endpoint: text }),
        "URL ending in /v1",
      ],
      [
        "add GPUs to the pool first",
        [],
        () => {
          throw tooSmall(env);
        },
      ],
    ],
  );
}

export function askPods(): Asked {
  return ask(
    "Q-PODS",
    "The pod template cannot be read (403). Has the administrator mounted nvoptix.bin and a /dev/shm of 16 GiB or more?",
    [
      ["yes, both", ["pod template: user-confirmed"], () => ({ podConfirmed: true })],
      [
        "no, or not sure",
        [],
        () => {
          throw usageError(
            "pod_template",
            "the pod template is not confirmed",
            "Ask the administrator for the hostPath /usr/share/nvidia/nvoptix.bin and an emptyDir dshm with a sizeLimit of 32Gi.",
          );
        },
      ],
    ],
  );
}

const PHOTO_NOTE = "its photo on Day 1";

/** What the count of images means. With a known flow only its own stages are offered. */
export function askCount({ slots }: Context, flow: FlowId | undefined): Asked {
  const n = slots.count?.n ?? 0;
  const phrase = `"${slots.count?.phrase ?? n}" in ${said(slots)}: which images are counted?`;
  const knobs = (name: string, value: number | string) => ({ ...slots.knobs, [name]: String(value) });
  const done = { count: undefined };
  const set = (name: string, value: number): Partial<Slots> => ({ ...done, knobs: knobs(name, value) });
  const crops: Choice = [
    `${n} final crops of each material in each view`,
    [`crop_max_emit=${n}`],
    set("crop_max_emit", n),
  ];
  const frames: Choice = [`${n} raw frames of the board`, [`render_patches=${n}`], set("render_patches", n)];
  if (flow === "good") return ask("Q-COUNT", phrase, [crops, frames]);
  if (flow === "texture-day0")
    return ask("Q-COUNT", phrase, [
      [`${n} defect images in total`, [`num_sdg=${n}`], set("num_sdg", n)],
      crops,
      frames,
    ]);
  const patches = patchesFor(n);
  return ask(
    "Q-COUNT",
    phrase,
    [
      [
        `${n} final crops of good images, the fastest`,
        ["flow good", `crop_max_emit=${n}`],
        { flow: "good", ...set("crop_max_emit", n) },
      ],
      [
        `${n} raw patches of the board, as good images`,
        ["flow good", `render_patches=${n}`],
        { flow: "good", ...set("render_patches", n) },
      ],
      [
        `${n} defect images, Day 0 texture; name the defects, or the three PCBA ones are made`,
        ["flow texture-day0", `num_sdg=${n}`],
        { flow: "texture-day0", ...set("num_sdg", n) },
      ],
      [
        `about ${n} structural crops${n < 30 ? "; one frame gives about 30, so narrow the modes" : ""}`,
        ["flow structural", `render_patches=${patches}`],
        { flow: "structural", ...set("render_patches", patches) },
      ],
    ],
    {
      table: [
        ["render_patches (structural)", ...STRUCTURAL_YIELD.map(([p]) => String(p))],
        ["crops, about", ...STRUCTURAL_YIELD.map(([, c]) => String(c))],
      ],
    },
  );
}

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

export function askUsecase({ slots }: Context): Asked {
  const named = slots.usecases.length > 1 ? slots.usecases : ["pcb", "metal_surface", "glass"];
  return ask(
    "Q-USECASE",
    `${said(slots)}: which use case${slots.usecases.length > 1 ? " first; one run has one" : ""}?`,
    named.map(
      (usecase): Choice => [
        usecase,
        [`usecase=${usecase}`],
        {
          usecase,
          usecases: [usecase],
          pcb: usecase === "pcb",
          confirmed: true,
          // Of two use cases only the defects of the chosen one count.
          ...(slots.usecases.length > 1 && { defects: slots.defects.filter((d) => knows(usecase, d)) }),
        },
      ],
    ),
  );
}

const knows = (usecase: string, name: string): boolean =>
  USECASES[usecase]?.taxonomy.some(([, defect]) => defect === name) === true;

/** Another board, or one that can show the named defects. */
export function askBoard({ slots, env }: Context, why: "other" | "pairs"): Asked {
  const known = env.boards ?? [DEFAULT_BOARD, "1152819000"];
  const names = slots.defects;
  const able = known.filter((b) => why === "other" || BOARDS[b]?.pairs.some(([, d]) => names.includes(d)));
  const flow = slots.flow ?? (routes(slots).length === 0 ? "texture-day0" : undefined);
  const withFlow = flow && slots.flow === undefined ? [`flow ${flow}`] : [];
  const title = withFlow.length > 0 && flow ? `, ${FLOW_INFO[flow].title}` : "";
  const text =
    why === "pairs"
      ? `${said(slots)}: the usual board has no part that can show ${names.join(", ")}. Which board?`
      : slots.otherBoard
        ? `${said(slots)}: there is no cookbook for the board ${slots.otherBoard}. Which board?`
        : `${said(slots)}: which board?`;
  return ask("Q-BOARD", text, [
    ...able.slice(0, 3).map((board): Choice => {
      const photo = BOARDS[board]?.photo;
      return [
        `${board}${photo && board !== DEFAULT_BOARD ? ` (and ${PHOTO_NOTE})` : ""}${title}`,
        [`board=${board}`, ...withFlow],
        { board, otherBoard: undefined, pcb: true, ...(flow && { flow }) },
      ];
    }),
    [
      "a board of your own: it needs a cookbook folder, and a photo for Day 1",
      ["cookbooks/pcb/<board>/"],
      () => {
        throw usageError(
          "board_needs_cookbook",
          `${slots.otherBoard || "a board of your own"} has no cookbook yet`,
          "Copy cookbooks/pcb/<a known board> to cookbooks/pcb/<your board>, put the scene and input_real_image/<your board>.jpg under datasets/pcb/assets, then name the board.",
        );
      },
    ],
  ]);
}

export function askView({ slots }: Context): Asked {
  return ask("Q-VIEW", `${said(slots)}: to look at, or to keep?`, [
    ["a preview grid of some samples", ["preview"], { view: "preview" }],
    ["an archive of everything, with logs", ["archive"], { view: "archive" }],
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

export function askTaxonomy(
  { slots }: Context,
  flow: FlowId,
  unknown: readonly string[],
  rest: readonly string[],
): Asked {
  return ask(
    "Q-TAXONOMY",
    `${said(slots)}: the shipped checkpoint does not know ${unknown.join(", ")}. What then?`,
    [
      [
        rest.length > 0 ? `only ${rest.join(", ")}` : "the defects that it knows",
        ["use_pretrained_checkpoint=true"],
        { flow, defects: rest },
      ],
      [
        `train on labelled images that show ${unknown.join(", ")}, then generate`,
        ["use_pretrained_checkpoint=false"],
        { flow, train: true, generate: true },
      ],
    ],
  );
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
      ["no", [], cancel[2] as Apply],
    ],
  );
}

export function askSetup({ slots }: Context): Asked {
  return ask("Q-SETUP", `${said(slots)}: what shall be set up?`, [
    ["pcb", ["setup pcb"], { setupCase: "pcb" }],
    ["metal", ["setup metal"], { setupCase: "metal" }],
    ["glass", ["setup glass"], { setupCase: "glass" }],
    ["the pretrained models", ["setup pretrained"], { setupCase: "pretrained" }],
  ]);
}
