import type { Pixels } from "../../kit/images.js";
import { type Random, seeded } from "../../kit/random.js";
import { asRgb, gaussianBlur, grey, median, robustSigma } from "../../vision/index.js";
import { bandShares, grainOf, LEVELS, noiseProfile, sharpness } from "./measure.js";
import { BANDS } from "./noise-field.js";
import { type ColourMap, fitTransport, type Samples } from "./optimal-transport.js";
import { mapped, textureFields } from "./paint.js";
import {
  type Division,
  type Guide,
  guideOf,
  kindOfPlace,
  PLACES,
  plainGuide,
  type Regions,
} from "./regions.js";

/** A picture and, where it has labels, its regions. */
export type Observed = Readonly<{ picture: Pixels; regions?: Regions | undefined }>;

export type TransferSettings = Readonly<{
  seed: number;
  /** `labels` maps each class to its own, where (nearly) all pictures of both sides have labels; else it is `none`. */
  division: Division;
  /** Texture laid on flat places, as a part of the exemplars' variation (0: none). */
  texture: number;
  noise: boolean;
  sharpness: boolean;
}>;

export const TRANSFER_DEFAULTS: TransferSettings = {
  seed: 1,
  division: "none",
  texture: 0.1,
  noise: true,
  sharpness: true,
};

/** What was learnt: plain JSON, everything that the edit of one picture needs. */
export type AppearanceFit = Readonly<{
  division: Division;
  /** All exemplars are grey, so the results are. */
  grey: boolean;
  /** Colour map of each place (see {@link PLACES}). */
  maps: readonly ColourMap[];
  /** Texture before the map: amplitude in grey levels and shares of power, of each place. */
  texture: readonly Readonly<{ amplitude: number; shares: readonly number[] }>[];
  /** Gaussian blur (pixels) or, below 0, the weight of an unsharp mask. */
  blur: number;
  /** Standard deviation to add at each of LEVELS, of each channel; its grain. */
  noise: Readonly<{ sigma: readonly (readonly number[])[]; grain: number }>;
}>;

const TURNS = { turns: 12, quantiles: 33, gain: 4, laterGain: 1.6 } as const;
/** Colours of one place that are enough to know its distribution, and fewest that tell anything. */
const MOST = 4000;
const FEWEST = 150;
/** Grey levels of texture before the map, which may enlarge it: more gives confetti on metal. */
const MOST_TEXTURE = 3;
/** Edges within a place look like fine texture: this part of the spectrum is a calm one instead. */
const CALM = 0.6;
const COARSE = [0.05, 0.15, 0.35, 0.45] as const;
/** Pictures that the sharpness and noise of the results are measured on. */
const TRIALS = 8;

/**
 * Learns how to make `sources` look like `exemplars`: a colour map for each place (sliced optimal transport), texture
 * for flat places, sharpness and noise. Same inputs and seed, same result. Both lists must not be empty.
 */
export function fitAppearance(
  sources: readonly Observed[],
  exemplars: readonly Observed[],
  settings: TransferSettings,
): AppearanceFit {
  const random = seeded(settings.seed).fork("appearance");
  const division = divisionOf(sources, exemplars, settings.division);
  const ours = sources.map((s) => seen(s, division));
  const theirs = exemplars.map((s) => seen(s, division));
  const target = gathered(theirs, random.fork("exemplars"));
  const texture = Array.from({ length: PLACES }, (_, place) => ({
    amplitude: Math.min(MOST_TEXTURE, settings.texture * deviation(target[place])),
    shares: sharesOf(theirs, place, division),
  }));
  const source = gathered(
    ours.map((s, i) => ({ ...s, noise: textureFields(s.picture, s.guide, texture, random.fork("fit", i)) })),
    random.fork("sources"),
  );
  const maps = Array.from({ length: PLACES }, (_, place) =>
    source[place].count === 0
      ? { turns: [] }
      : fitTransport(pooled(source, place), pooled(target, place), random.fork("map", place), TURNS),
  );
  const base: AppearanceFit = {
    division,
    grey: exemplars.every((e) => e.picture.channels === 1),
    maps,
    texture,
    blur: 0,
    noise: { sigma: [], grain: 0 },
  };
  const trials = spread(ours, TRIALS).map((s, i) =>
    mapped(s.picture, s.guide, base, random.fork("trial", i)),
  );
  const blur = settings.sharpness ? fitBlur(trials, spread(theirs, 2 * TRIALS)) : 0;
  const noise = settings.noise ? fitNoise(trials, spread(theirs, 2 * TRIALS), blur) : base.noise;
  return { ...base, blur, noise };
}

/** Both sides must be divided in the same way. */
function divisionOf(
  sources: readonly Observed[],
  exemplars: readonly Observed[],
  wanted: Division,
): Division {
  if (wanted === "none") return wanted;
  const labelled = (list: readonly Observed[]) => list.filter((o) => o.regions).length >= 0.9 * list.length;
  return labelled(sources) && labelled(exemplars) ? "labels" : "none";
}

type Seen = Readonly<{ picture: Pixels; guide: Guide; kinds: Uint8Array; noise?: Float32Array }>;

function seen({ picture, regions }: Observed, division: Division): Seen {
  const rgb = asRgb(picture);
  const pixels = rgb.width * rgb.height;
  // A picture that lost its labels counts as board.
  if (division === "none" || !regions)
    return { picture: rgb, guide: plainGuide(pixels), kinds: new Uint8Array(pixels) };
  return { picture: rgb, guide: guideOf(regions), kinds: regions.data };
}

/** The guide that a fit asks for. Regions of another size than the picture are not used. */
export function guideFor(picture: Pixels, regions: Regions | undefined, division: Division): Guide {
  const fits = regions?.width === picture.width && regions?.height === picture.height;
  return seen({ picture, ...(fits && { regions }) }, division).guide;
}

/** Colours of each place, the same number from every picture. */
function gathered(list: readonly Seen[], random: Random): readonly Samples[] {
  const found: number[][] = Array.from({ length: PLACES }, () => []);
  const share = Math.max(50, Math.ceil((2 * MOST) / list.length));
  list.forEach(({ picture, guide, noise }, n) => {
    const draw = random.fork(n);
    const own: number[][] = Array.from({ length: PLACES }, () => []);
    const pixels = guide.part.length;
    for (let i = 0; i < pixels; i++)
      if (guide.pure[i] === 1)
        (own[draw.float() < guide.part[i] ? guide.second[i] : guide.first[i]] as number[]).push(i);
    own.forEach((indices, place) => {
      const step = Math.max(1, indices.length / share);
      for (let k = 0; k < indices.length; k += step) {
        const i = indices[Math.floor(k)];
        for (let c = 0; c < 3; c++)
          found[place].push(picture.data[3 * i + c] + (noise ? noise[3 * i + c] : 0));
      }
    });
  });
  return found.map((data) => ({ count: data.length / 3, data: Float32Array.from(data) }));
}

/** The colours of a place; where there are too few, those of its kind, then all. */
function pooled(all: readonly Samples[], place: number): Samples {
  const own = all[place];
  if (own.count >= FEWEST) return own;
  const kind = all.filter((_, p) => kindOfPlace(p) === kindOfPlace(place));
  const joined = joinedSamples(kind);
  return joined.count >= FEWEST ? joined : joinedSamples(all);
}

function joinedSamples(list: readonly Samples[]): Samples {
  const count = list.reduce((n, s) => n + s.count, 0);
  const step = Math.max(1, Math.ceil(count / (2 * MOST)));
  const data: number[] = [];
  for (const s of list)
    for (let i = 0; i < s.count; i += step) data.push(s.data[3 * i], s.data[3 * i + 1], s.data[3 * i + 2]);
  return { count: data.length / 3, data: Float32Array.from(data) };
}

/** Robust spread of colours, mean over the channels: a few highlights on a dark board do not count. */
function deviation({ count, data }: Samples): number {
  if (count < FEWEST) return 0;
  const sigmas = [0, 1, 2].map((c) => robustSigma(data.filter((_, i) => i % 3 === c)));
  return sigmas.reduce((a, b) => a + b) / 3;
}

function sharesOf(list: readonly Seen[], place: number, division: Division): readonly number[] {
  const kind = kindOfPlace(place);
  const sums = BANDS.map(() => 0);
  for (const { picture, kinds } of spread(list, TRIALS)) {
    const inside = division === "none" ? () => true : (i: number) => kinds[i] === kind;
    if (division !== "none" && !kinds.includes(kind)) continue;
    bandShares(grey(picture), inside).forEach((v, k) => {
      sums[k] += v;
    });
  }
  const all = sums.reduce((a, b) => a + b, 0);
  return sums.map((v, k) => (all > 0 ? (1 - CALM) * (v / all) + CALM * COARSE[k] : COARSE[k]));
}

const known = (values: readonly number[]) => values.filter(Number.isFinite);

/** The blur, or the weight of the unsharp mask (negative), after which the strongest edges are as sharp as theirs. */
function fitBlur(trials: readonly Pixels[], exemplars: readonly Seen[]): number {
  const wanted = known(exemplars.map((e) => sharpness(grey(e.picture))));
  const planes = trials.map(grey);
  if (wanted.length === 0 || known(planes.map(sharpness)).length === 0) return 0;
  const goal = median(wanted);
  let best = { blur: 0, off: Infinity };
  for (const blur of [0, 0.3, 0.45, 0.6, 0.8, 1, 1.25, 1.5, 2, -0.25, -0.5]) {
    const found = known(planes.map((p) => sharpness(blurred(p, blur))));
    const off = found.length > 0 ? Math.abs(median(found) - goal) : Infinity;
    if (off < best.off - 1e-6) best = { blur, off };
  }
  return best.blur;
}

/** Symmetric in every direction, so that no edge moves. */
export function blurred(p: Parameters<typeof gaussianBlur>[0], blur: number): typeof p {
  if (blur === 0) return p;
  if (blur > 0) return gaussianBlur(p, blur);
  const smooth = gaussianBlur(p, 1);
  return { ...p, data: p.data.map((v, i) => v - blur * (v - smooth.data[i])) };
}

/** What is missing of the exemplars' noise at each level, as a standard deviation of what is to be added. */
function fitNoise(
  trials: readonly Pixels[],
  exemplars: readonly Seen[],
  blur: number,
): AppearanceFit["noise"] {
  const theirs = exemplars.map((e) => noiseProfile(e.picture));
  const ours = trials.map((t) => noiseProfile(blurredPixels(t, blur)));
  const { grain, gain } = grainOf(median(theirs.map((t) => t.correlation)));
  const level = (list: typeof theirs, c: number, k: number) => {
    const values = known(list.map((p) => p.sigma[c]?.[k] ?? Number.NaN));
    return values.length > 0 ? median(values) : Number.NaN;
  };
  const sigma = [0, 1, 2].map((c) => {
    const row = LEVELS.map((_, k) => {
      const goal = level(theirs, c, k);
      const own = level(ours, c, k);
      const missing = goal ** 2 - (Number.isFinite(own) ? own : 0) ** 2;
      return Number.isFinite(goal) ? Math.sqrt(Math.max(0, missing)) / gain : Number.NaN;
    });
    return filled(row);
  });
  return { sigma, grain };
}

/** Unknown levels take the nearest known one. */
function filled(row: readonly number[]): readonly number[] {
  return row.map((v, k) => {
    if (Number.isFinite(v)) return v;
    for (let d = 1; d < row.length; d++)
      for (const near of [row[k - d], row[k + d]])
        if (near !== undefined && Number.isFinite(near)) return near;
    return 0;
  });
}

function blurredPixels(image: Pixels, blur: number): Pixels {
  if (blur === 0) return image;
  const { width, height, channels } = image;
  const out = new Uint8Array(image.data.length);
  for (let c = 0; c < channels; c++) {
    const p = {
      width,
      height,
      data: Float32Array.from({ length: width * height }, (_, i) => image.data[i * channels + c]),
    };
    const soft = blurred(p, blur).data;
    for (let i = 0; i < soft.length; i++)
      out[i * channels + c] = Math.max(0, Math.min(255, Math.round(soft[i])));
  }
  return { width, height, channels, data: out };
}

/** At most `n` of a list, evenly. */
function spread<T>(list: readonly T[], n: number): readonly T[] {
  if (list.length <= n) return list;
  return Array.from({ length: n }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / n)] as T);
}
