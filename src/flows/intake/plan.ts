import {
  CLUSTER_ENDPOINT,
  FLOW_INFO,
  type FlowId,
  findKnob,
  isLocalRoot,
  type KnobValue,
  knobText,
  parseKnob,
  resolveKnobs,
} from "../knobs/index.js";
import { artifactsOf, preflightOf, under } from "./artifacts.js";
import { chosenKnobs } from "./choose.js";
import { routes, usecaseOf } from "./route.js";
import { boardOf } from "./settled.js";
import { usageError } from "./slots.js";
import { type Situation, setupCaseOf } from "./triggers.js";
import type { CookbookPatch, Plan, Remember } from "./types.js";

/** Stands for the root where only a plan was asked for; nothing can run with it. */
export const ROOT_PLACEHOLDER = "<dig_url_root>";

/** Knobs that a plan always shows (dig 1.10). */
const SHOWN: Readonly<Record<FlowId, readonly string[]>> = {
  "texture-day0": [
    "usecase",
    "board",
    "image_edit_endpoint",
    "image_edit_model",
    "checkpoint_step",
    "anomaly_types_json",
  ],
  good: ["board", "image_edit_endpoint", "image_edit_model"],
  structural: ["board", "image_edit_endpoint", "image_edit_model", "defect_modes", "render_patches"],
  "day1-align": [
    "usecase",
    "board",
    "real_image_filename",
    "checkpoint_step",
    "anomaly_types_json",
    "default_spatial_dependency",
  ],
  "day1-roi": ["usecase", "checkpoint_step", "anomaly_types_json", "num_sdg"],
  finetune: ["usecase"],
};

/** The plan of a request in which nothing is open any more. Throws refusals of knobs. */
export function planFor(c: Situation): Plan {
  const { slots: s } = c;
  if (s.upload) return uploadPlan(c);
  if (s.setup) return setupPlan(c);
  if (s.view) return viewPlan(c);
  const flow = routes(s)[0];
  if (flow === undefined)
    throw usageError(
      "not_understood",
      "the request does not say what to make",
      "Name a flow, a defect or a number of images.",
    );
  const first = flowPlan(c, flow);
  const second = s.inTurn ? s.flows.find((f) => f !== flow) : undefined;
  if (!second) return first;
  const rest = { ...s, flow: second, inTurn: false, knobs: shared(s.knobs, second), count: undefined };
  return { ...first, afterwards: flowPlan({ ...c, slots: rest }, second) };
}

/** Of the knobs said for two flows, those that the second has. */
function shared(knobs: Readonly<Record<string, string>>, flow: FlowId): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(knobs).filter(([name]) => findKnob(name)?.scopes.includes(flow)));
}

function rootOf({ slots, memory }: Situation): string {
  return slots.root ?? memory.dig_url_root ?? ROOT_PLACEHOLDER;
}

function flowPlan(c: Situation, flow: FlowId): Plan {
  const { slots: s, env } = c;
  const info = FLOW_INFO[flow];
  const root = rootOf(c);
  const usecase = usecaseOf(s) ?? "pcb";
  const trains = flow === "finetune" || s.train === true || s.knobs.use_pretrained_checkpoint === "false";
  const { set, notes, warnings } = chosenKnobs(c, flow, usecase, trains);
  const knobs: Record<string, KnobValue> = {};
  const all = resolveKnobs(flow, set);
  for (const name of SHOWN[flow]) if (all[name]) knobs[name] = all[name].value;
  // A swapped default is passed as it is, so that the plan is the whole truth.
  Object.assign(knobs, set);
  const cluster = { ...knobs };
  // One machine edits images itself unless a server was named.
  if (env.platform === "local" && set.image_edit_endpoint === undefined) delete knobs.image_edit_endpoint;
  const name = s.knobs.name
    ? String(parseKnob("name", s.knobs.name, flow))
    : `${info.prefix}-${env.stamp ?? "<stamp>"}`;
  delete knobs.name;
  delete cluster.name;
  const patch = s.steps === undefined || !trains ? undefined : stepPatch(usecase, s.steps);
  const stages = info.stages.filter((stage) => flow === "finetune" || stage !== "finetune" || trains);
  const preflights = [
    ...(env.platform === "osmo" ? ["credentials", ...(flow === "day1-roi" ? [] : ["pod template"])] : []),
    preflightOf(flow, usecase),
  ];
  return Object.freeze({
    action: "generate",
    title: info.title,
    flow,
    name,
    root,
    knobs: Object.freeze(knobs),
    preflights,
    artifacts: artifactsOf(flow, usecase, trains, root),
    command: localCommand(flow, name, root, usecase === "pcb" ? boardOf(c).name : usecase, set),
    cluster: clusterCommand(c, flow, name, root, cluster),
    outputs: stages.map((stage) => under(root, `runs/${name}/${stage}/`)),
    notes: [...s.notes, ...notes],
    warnings,
    ...(patch && { cookbookPatch: patch }),
    remember: remembered(c),
  });
}

/** Ends at `steps` exactly, saves and validates there or at the cookbook's own interval (dig 1.6). */
function stepPatch(usecase: string, steps: number): CookbookPatch {
  const usual = usecase === "glass" ? 3000 : 2000;
  const every = steps % usual === 0 ? usual : steps;
  return {
    file: `cookbooks/${usecase}/ag_config.yaml`,
    set: { "trainer.max_iter": steps, "trainer.validation_iter": every, "checkpoint.save_iter": every },
  };
}

/** The command for this machine; its cookbook is the board, or the use case where there is none. */
function localCommand(
  flow: FlowId,
  name: string,
  root: string,
  cookbook: string,
  set: Readonly<Record<string, KnobValue>>,
): readonly string[] {
  const output = isLocalRoot(root) ? under(root, `runs/${name}`) : `runs/${name}`;
  const sets = { name, dig_url_root: root, ...without(set, ["board", "name"]) };
  return ["reflow", "generate", flow, "--cookbook", cookbook, "--output", output, ...setWords(sets)];
}

const setWords = (set: Readonly<Record<string, KnobValue>>): string[] =>
  Object.entries(set).flatMap(([name, value]) => ["--set", `${name}=${knobText(value)}`]);

const without = (set: Readonly<Record<string, KnobValue>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(set).filter(([name]) => !names.includes(name)));

function clusterCommand(
  { slots, memory, env }: Situation,
  flow: FlowId,
  name: string,
  root: string,
  knobs: Readonly<Record<string, KnobValue>>,
): readonly string[] {
  const pool = slots.pool ?? memory.pool ?? env.pools?.[0] ?? "<pool>";
  const words = Object.entries({ name, dig_url_root: root, ...knobs }).map(([k, v]) => `${k}=${knobText(v)}`);
  return ["osmo", "workflow", "submit", FLOW_INFO[flow].file, "--pool", pool, "--set", ...words];
}

/** What is worth storing (dig 3.6): confirmed values only, never the constant, a stamp or a one-off taxonomy. */
function remembered({ slots: s, memory, podConfirmed }: Situation): readonly Remember[] {
  const out: Remember[] = [];
  if (s.root !== undefined && s.root !== memory.dig_url_root)
    out.push({
      item: "dig_url_root",
      value: s.root,
      when: memory.dig_url_root === undefined ? "now" : "conflict",
    });
  if (s.pool !== undefined && s.pool !== memory.pool)
    out.push({ item: "pool", value: s.pool, when: memory.pool === undefined ? "after-submit" : "conflict" });
  const endpoint = s.endpoint ?? s.knobs.image_edit_endpoint;
  if (endpoint && endpoint !== "local" && endpoint !== CLUSTER_ENDPOINT && endpoint !== memory.endpoint)
    out.push({ item: "endpoint", value: endpoint, when: memory.endpoint === undefined ? "now" : "conflict" });
  if (memory.board !== undefined && s.board !== undefined && s.board !== memory.board)
    out.push({ item: "board", value: s.board, when: "conflict" });
  if (podConfirmed) out.push({ item: "pod_template", value: "user-confirmed", when: "now" });
  return out;
}

function setupPlan(c: Situation): Plan {
  const setup = c.slots.setupCase ?? setupCaseOf(c.slots) ?? "pcb";
  const root = rootOf(c);
  const usecase = setup === "metal" ? "metal_surface" : setup;
  const paths =
    setup === "pretrained"
      ? ["models/pretrained"]
      : [`models/${usecase}`, `datasets/${usecase}/raw`, ...(setup === "pcb" ? ["datasets/pcb/assets"] : [])];
  return small(c, "setup", `Set-up ${setup}`, ["reflow", "setup", setup, "--root", root], {
    setup,
    outputs: paths.map((p) => under(root, p)),
    notes: [
      ...(setup === "pretrained" ? [] : ["The base models are a set-up of their own: pretrained."]),
      ...(routes(c.slots).length > 0 ? ["Only the set-up is planned; ask for the images afterwards."] : []),
    ],
  });
}

function uploadPlan(c: Situation): Plan {
  const root = rootOf(c);
  const setup = setupCaseOf(c.slots) ?? "glass";
  return small(
    c,
    "upload",
    "Upload",
    ["reflow", "setup", setup, "--root", root, "--from", "<your folder or zip>"],
    {
      setup,
      outputs: [under(root, `datasets/${setup === "metal" ? "metal_surface" : setup}/raw`)],
      notes: setup === "glass" ? ["A zip means the glass case; it must be called mobile_screen.zip."] : [],
    },
  );
}

/**
 * What shows or brings the results of a run (dig 5.5, 5.6). The page lies in the run; where the root is no folder of this
 * machine, it is downloaded first.
 */
function viewPlan(c: Situation): Plan {
  const root = rootOf(c);
  const name = c.slots.knobs.name ?? "<name>";
  const run = under(root, `runs/${name}`);
  const preview = c.slots.view === "preview";
  const [action, title] = preview
    ? (["preview", "Preview of results"] as const)
    : (["archive", "Archive of results"] as const);
  if (c.env.platform !== "local" || !isLocalRoot(root)) {
    const to = `./outputs/${name}`;
    return small(c, action, title, ["osmo", "data", "download", `${run}/`, to], {
      outputs: [preview ? `${to}/preview/index.html` : `${to}/`],
      notes: [`The folder ${to} must be there before the download: mkdir -p ${to}`],
    });
  }
  return preview
    ? small(c, action, title, ["reflow", "validate-tree", run], {
        outputs: [`${run}/preview/index.html`],
        notes: [
          "The page was written by the run: open it in a browser. The command says whether all is there.",
        ],
      })
    : small(c, action, title, ["tar", "-czf", `${name}.tar.gz`, "-C", under(root, "runs"), name], {
        outputs: [`./${name}.tar.gz`],
        notes: [`Reads ${run}/.`],
      });
}

type Small = Pick<Plan, "outputs" | "notes"> & Partial<Pick<Plan, "setup">>;

function small(
  c: Situation,
  action: Plan["action"],
  title: string,
  command: readonly string[],
  more: Small,
): Plan {
  return Object.freeze({
    action,
    title,
    root: rootOf(c),
    knobs: {},
    preflights: [],
    artifacts: [],
    command,
    warnings: [],
    remember: remembered(c),
    ...more,
  });
}
