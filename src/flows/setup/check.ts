import type { Problem } from "../../kit/errors.js";
import type { Storage } from "../storage/index.js";
import type { Part } from "./parts.js";

/** What was found of a part. */
export type PartCheck = Readonly<{ files: number; bytes: number; problems: readonly Problem[] }>;

/** Where a part's files lie, as its problems name it. */
type Found = Readonly<{ paths: readonly string[]; bytes: number; read: (path: string) => Promise<string> }>;

/**
 * Checks a part by its listing (dig 1.2, 1.5, 9): works on folders and buckets alike and reads texts only. An error
 * means that flows cannot use it; warnings name what they will miss.
 */
export async function checkPart(storage: Storage, part: Part, signal?: AbortSignal): Promise<PartCheck> {
  const entries = (await storage.list(part.path, signal)).filter((e) => !e.path.endsWith(`/${MANIFEST}`));
  const found: Found = {
    paths: entries.map((e) => e.path.slice(part.path.length + 1)),
    bytes: entries.reduce((sum, e) => sum + e.size, 0),
    read: async (path) => (await storage.read(`${part.path}/${path}`)).toString("utf8"),
  };
  const told: Problem[] = [];
  const tell: Tell = (severity, code, message, hint) =>
    told.push({
      code,
      severity,
      message: `${part.path}: ${message}`,
      hint,
      where: { file: `${storage.root}/${part.path}` },
    });
  if (found.paths.length === 0)
    tell("error", "part_missing", "nothing is there", `Put there: ${part.byHand}.`);
  else if (part.kind === "model") checkModel(found, tell, part);
  else if (part.kind === "assets") checkAssets(found, tell, part);
  else if (part.kind === "pretrained") checkPretrained(found, tell, part);
  else await checkRaw(found, tell, part);
  return { files: found.paths.length, bytes: found.bytes, problems: told };
}

/** The receipt of a finished part, written last. */
export const MANIFEST = ".reflow-setup.json";

type Tell = (severity: Problem["severity"], code: string, message: string, hint: string) => void;

function checkModel({ paths }: Found, tell: Tell, part: Part): void {
  if (!paths.includes("ag_config.yaml"))
    tell("error", "model_incomplete", "ag_config.yaml is missing at the top", `Put there: ${part.byHand}.`);
  if (!paths.some((p) => /^iter_\d{9}\.pt$/.test(p)))
    tell("error", "model_incomplete", "no iter_<9 digits>.pt at the top", `Put there: ${part.byHand}.`);
}

function checkAssets({ paths }: Found, tell: Tell, part: Part): void {
  if (!paths.some((p) => /\.usd[acz]?$/i.test(p)))
    tell("error", "assets_no_scene", "no scene (.usd, .usda, .usdc, .usdz)", `Put there: ${part.byHand}.`);
  if (!paths.some((p) => /(^|\/)input_real_image\/[^/]+\.(?:jpe?g|png)$/i.test(p)))
    tell(
      "warning",
      "assets_no_photo",
      "no photo in input_real_image",
      "Day 1 needs input_real_image/<board>.jpg; Day 0 does not.",
    );
}

const PRETRAINED = ["nvidia", "google-t5", "facebook", "NVDINOV2", "sam2", "Qwen"];

function checkPretrained({ paths }: Found, tell: Tell, part: Part): void {
  if (!paths.some((p) => p.startsWith("pretrained/")))
    tell("error", "pretrained_layout", "there is no folder pretrained in it", `Put there: ${part.byHand}.`);
  for (const item of PRETRAINED)
    if (!paths.some((p) => p.startsWith(`pretrained/${item}/`)))
      tell(
        "warning",
        "pretrained_item",
        `pretrained/${item} is missing`,
        "Cluster images carry some of these themselves.",
      );
}

const IMAGE = /\.(?:png|jpe?g)$/i;

async function checkRaw(all: Found, tell: Tell, part: Part): Promise<void> {
  const found = unwrapped(all);
  const { paths } = found;
  const materials = [
    ...new Set(paths.filter((p) => /^[^/]+\/(?:clean_image|mask)\//.test(p)).map((p) => p.split("/")[0]!)),
  ];
  if (materials.length === 0) {
    tell(
      "error",
      "raw_layout",
      "no <material>/clean_image and <material>/mask/<defect>",
      `Put there: ${part.byHand}.`,
    );
    return;
  }
  const masks = new Map<string, number>();
  for (const path of paths) {
    const [, material, defect] = /^([^/]+)\/mask\/([^/]+)\/[^/]+$/.exec(path) ?? [];
    if (material && IMAGE.test(path))
      masks.set(`${material}+${defect}`, (masks.get(`${material}+${defect}`) ?? 0) + 1);
  }
  for (const material of materials)
    if (!paths.some((p) => p.startsWith(`${material}/clean_image/`) && IMAGE.test(p)))
      tell(
        "error",
        "raw_no_clean",
        `${material}/clean_image has no pictures`,
        "Put clean pictures of the material there.",
      );
  if (masks.size === 0)
    tell(
      "error",
      "raw_no_masks",
      "no pictures in <material>/mask/<defect>",
      "Put one mask for each labelled picture there.",
    );
  checkPairs(found, tell);
  await checkSpec(found, tell, masks);
}

/** The tree itself, or the one folder that holds it (dig C24). */
function unwrapped(all: Found): Found {
  const direct = all.paths.some((p) => /^[^/]+\/(?:clean_image|mask)\//.test(p));
  const wrap = /^([^/]+)\/[^/]+\/(?:clean_image|mask)\//.exec(
    all.paths.find((p) => /^[^/]+\/[^/]+\/(?:clean_image|mask)\//.test(p)) ?? "",
  )?.[1];
  if (direct || wrap === undefined) return all;
  return {
    ...all,
    paths: all.paths.filter((p) => p.startsWith(`${wrap}/`)).map((p) => p.slice(wrap.length + 1)),
    read: (path) => all.read(`${wrap}/${path}`),
  };
}

function checkPairs({ paths }: Found, tell: Tell): void {
  const stems = new Set(paths.map((p) => p.replace(/\.[^.]+$/, "")));
  const alone = paths.filter((p) => {
    const [, material, defect, stem] = /^([^/]+)\/anomaly_image\/([^/]+)\/([^/]+)\.[^.]+$/.exec(p) ?? [];
    return material && !stems.has(`${material}/mask/${defect}/${stem}_mask`);
  });
  if (alone.length > 0)
    tell(
      "warning",
      "raw_no_mask",
      `${alone.length} pictures have no mask, first ${alone[0]}`,
      "The mask of x.png is mask/<defect>/x_mask.png.",
    );
}

async function checkSpec(found: Found, tell: Tell, masks: ReadonlyMap<string, number>): Promise<void> {
  if (!found.paths.includes("defect_spec.jsonl")) {
    tell(
      "warning",
      "raw_no_spec",
      "defect_spec.jsonl is missing",
      "Without it a run sorts the folders itself (mode B); training needs it.",
    );
    return;
  }
  const lines = (await found.read("defect_spec.jsonl")).split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    let type: unknown;
    try {
      type = (JSON.parse(line) as { defect_type?: unknown }).defect_type;
    } catch {
      tell(
        "error",
        "spec_line_invalid",
        `defect_spec.jsonl line ${i + 1} is no JSON`,
        "Write one JSON object a line.",
      );
      continue;
    }
    if (typeof type !== "string" || !/^[^+]+\+[^+]+$/.test(type))
      tell(
        "error",
        "spec_line_invalid",
        `defect_spec.jsonl line ${i + 1}: defect_type must be <material>+<defect>`,
        "Correct the line.",
      );
    else if (!masks.has(type))
      tell(
        "error",
        "spec_no_masks",
        `defect_spec.jsonl line ${i + 1}: ${type} has no masks`,
        `Put masks into ${type.replace("+", "/mask/")}, or take the line out.`,
      );
  }
}
