import { formatCsv } from "../../kit/csv.js";
import { type Problem, ReflowError } from "../../kit/errors.js";
import { decodeImage, type Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { boundsOf, type Mask, mask } from "../../vision/index.js";
import type { LabelledType } from "../bank/labelled.js";
import { paintDefect, type Specimen } from "../paint/index.js";
import type { DefectEncoder, Features } from "../quality/features.js";
import { nnScore } from "../quality/nn-score.js";
import { windowOf } from "../window/index.js";
import { readSynthCheckpoint } from "./read.js";

/** Validation of one step, by type. */
export type StepScores = Readonly<{
  step: number;
  nn: Readonly<Record<string, number>>;
  mnn: Readonly<Record<string, number>>;
}>;

/** Defects painted per type. */
const PAINTED = 4;
/** Real references compared with, per type. */
const REFERENCES = 24;

/**
 * Paints a few defects of every type with the masks of real ones, each with a step from which its own specimen is taken
 * out, and scores them against the real ones. Types without clean pictures have no score.
 */
export async function validateStep(o: {
  root: string;
  step: number;
  types: readonly LabelledType[];
  encoder: DefectEncoder;
  seed: number;
  /** Hears of clean pictures that cannot be read. */
  unread: (problem: Problem) => void;
  signal?: AbortSignal;
}): Promise<StepScores> {
  const full = await readSynthCheckpoint(o.root, LAST);
  const own = await readSynthCheckpoint(o.root, o.step);
  const nn: Record<string, number> = {};
  const mnn: Record<string, number> = {};
  for (const type of [...o.types].sort((a, b) => (a.defectType < b.defectType ? -1 : 1))) {
    const known = own.types.get(type.defectType)!;
    const real = full.types.get(type.defectType)!.specimens.filter((e) => e.picture);
    if (type.clean.length === 0 || real.length === 0) continue;
    const features: { id: string; features: Features }[] = [];
    for (const e of real.slice(0, REFERENCES))
      features.push({ id: e.id, features: await o.encoder.encode(e.picture!, e.mask) });
    const scores: { nn: number; mnn: number }[] = [];
    for (let k = 0; k < Math.min(PAINTED, real.length); k++) {
      o.signal?.throwIfAborted();
      const e = real[Math.floor((k * real.length) / Math.min(PAINTED, real.length))]!;
      const random = seeded(o.seed).fork("validate", type.defectType, k);
      const made = await paintOn(
        random.pick(type.clean),
        e,
        {
          ...known,
          specimens:
            known.specimens.length > 1 ? known.specimens.filter((s) => s.id !== e.id) : known.specimens,
        },
        own.settings,
        random,
        o.unread,
      );
      if (!made) continue;
      const others = features.length > 1 ? features.filter((f) => f.id !== e.id) : features;
      const score = nnScore(
        await o.encoder.encode(made.image, made.region),
        others.map((f) => f.features),
      );
      if (score) scores.push(score);
    }
    if (scores.length === 0) continue;
    nn[type.defectType] = mean(scores.map((s) => s.nn));
    mnn[type.defectType] = mean(scores.map((s) => s.mnn));
  }
  return { step: o.step, nn, mnn };
}

/** The step that has the whole bank. */
const LAST = 4000;

async function paintOn(
  file: string,
  e: Specimen,
  type: Parameters<typeof paintDefect>[3],
  settings: Parameters<typeof paintDefect>[4],
  random: ReturnType<typeof seeded>,
  unread: (problem: Problem) => void,
): Promise<{ image: Awaited<ReturnType<typeof decodeImage>>; region: Mask } | undefined> {
  let clean: Pixels;
  try {
    clean = await decodeImage(file);
  } catch (error) {
    if (!(error instanceof ReflowError) || error.kind !== "data") throw error;
    unread(unreadClean(error, file));
    return undefined;
  }
  const region = placed(e.mask, clean.width, clean.height, random);
  const window = region && windowOf(region, { ratio: 2 });
  if (!region || !window) return undefined;
  try {
    const painted = paintDefect(clean, region, window, type, settings, random.fork("paint"));
    return { image: painted.image, region };
  } catch (error) {
    // Too large for this picture, or for a step without specimens: the others validate it.
    if (error instanceof ReflowError && error.code === "mask_fills_image") return undefined;
    throw error;
  }
}

/** Clean pictures serve the validation alone: without one the rest is learned all the same. */
export function unreadClean({ code, message }: ReflowError, file: string): Problem {
  return {
    code,
    severity: "warning",
    message: `a clean picture cannot be used: ${message}`,
    hint: "Replace or remove it; steps are validated with the others.",
    where: { file },
  };
}

/** A mask laid somewhere on a picture; undefined when it does not fit. */
function placed(m: Mask, width: number, height: number, random: ReturnType<typeof seeded>): Mask | undefined {
  const box = boundsOf(m);
  if (!box || box.width > width || box.height > height) return undefined;
  const x = random.int(width - box.width + 1);
  const y = random.int(height - box.height + 1);
  const out = mask(width, height);
  for (let v = 0; v < box.height; v++)
    for (let u = 0; u < box.width; u++)
      out.data[(y + v) * width + x + u] = m.data[(box.y + v) * m.width + box.x + u]!;
  return out;
}

/** `valid_kpi.csv` (contract 7): types sorted, then their average. FID needs a deep encoder and is left empty. */
export function validCsv({ nn, mnn }: StepScores): string {
  const types = Object.keys(nn).sort();
  const row = (name: string, of: Readonly<Record<string, number>>): string[] => [
    name,
    ...types.map((t) => of[t]!.toFixed(6)),
    mean(types.map((t) => of[t]!)).toFixed(6),
  ];
  return formatCsv(
    ["kpi", ...types, "Average"],
    [["cradio_v3_base_fid", ...types.map(() => ""), ""], row("mnn_score", mnn), row("nn_score", nn)],
  );
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((a, b) => a + b, 0) / values.length;
}
