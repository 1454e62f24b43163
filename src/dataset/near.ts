import { byRank, fileOf, type ImageRef, type Leak, mustBeApart, pairName } from "./equal.js";
import { comparePairs, type Fingerprints, type WorkOptions } from "./fingerprint.js";
import {
  ANCHOR_WORDS,
  FAINT,
  FIRST_ANCHOR,
  FLAGS,
  MARK_WORDS,
  type Marks,
  TONES,
  WIDTH,
  WORDS,
} from "./fingerprint.worker.js";
import { index64 } from "./index64.js";
import { MOST_ANCHORS } from "./likeness/anchors.js";
import type { Difference } from "./likeness/difference.js";
import { type Bits, hamming, type Steps } from "./likeness/likeness.js";
import { ORIENTATIONS, orientedBits, orientedCells } from "./likeness/orientation.js";
import type { RowSet } from "./rowset.js";

const NEAR_BITS = 3;
const NEAR_TONES = 6;
const NEAR_MEAN = 3;
const NEAR_BLOCK = 14;
/** Bits in which the windows of one anchor may differ: two anchors must agree, so more may than for a whole picture. */
const ANCHOR_BITS = 5;
/** Two anchors agree on a shift when they are within this many pixels. */
const AGREE = 2;
/** Least share of the crop that a shifted copy must show. */
const OVERLAP = 0.5;

const MOST_UPRIGHT = 4000;
const MOST_PER_BUCKET = 48;
/** Steps that a picture needs both across and down to be looked for turned: every straight edge is another, turned. */
const FEWEST_STEPS = 4;
/** Pictures that look alike in several orientations are compared in this many. */
const MOST_ORIENTATIONS = 3;

/** Fingerprints of the test images: by set, then by lighting. */
export type Prints = readonly (readonly Fingerprints[])[];

/**
 * Rows whose test images look like two savings of one shot, in any lighting: upright, mirrored, turned, or cut a few
 * pixels elsewhere. Candidates are found by hash (at most 3 of 64 difference bits apart in one of eight orientations,
 * found through four 16-bit bands of which one must be equal, and equal tones; or two anchors that agree on a shift)
 * and then verified on the pixels: mean difference at most 3 grey levels and no 4 × 4 block more than 14, so that
 * the same part with a small defect is not taken for a copy.
 */
export async function nearLeaks(sets: readonly RowSet[], prints: Prints, o: WorkOptions): Promise<Leak[]> {
  const candidates = nearCandidates(sets, prints);
  const compared = await comparePairs(
    candidates.map(({ kept, extra, copy }) => ({
      first: fileOf(sets, kept),
      second: fileOf(sets, extra),
      ...copy,
    })),
    o,
  );
  const seen = new Set<string>();
  const leaks: Leak[] = [];
  for (const [i, leak] of candidates.entries()) {
    const d = compared[i] as Difference;
    if (d.mean > NEAR_MEAN || d.worstBlock > NEAR_BLOCK || d.overlap < OVERLAP) continue;
    if (seen.has(pairName(leak))) continue;
    seen.add(pairName(leak));
    leaks.push({ ...leak, copy: { ...leak.copy, shift: d.shift } });
  }
  return leaks;
}

type Candidate = Leak & Readonly<{ copy: NonNullable<Leak["copy"]> }>;

function nearCandidates(sets: readonly RowSet[], prints: Prints): Candidate[] {
  const images = sets.reduce((n, s) => n + s.count * s.lights, 0);
  // Each costs two decodes: a share of the images keeps the whole look in proportion.
  const most = Math.max(200, Math.ceil(images / 25));
  const found = { upright: [] as Candidate[], turned: [] as Candidate[], shifted: [] as Candidate[] };
  const seen = lookups();
  for (const set of byRank(sets)) {
    const { count, lights, role } = sets[set] as RowSet;
    const fresh: { image: ImageRef; look: Look }[] = [];
    for (let light = 0; light < lights; light++) {
      const print = prints[set]?.[light];
      if (!print?.marks) continue;
      for (let row = 0; row < count; row++) {
        const look = lookAt(print, print.marks, row);
        if (!look) continue;
        const image = { set, row, light };
        seen.turned(look, (other, otherLook, orientation) => {
          const list = orientation === 0 ? found.upright : found.turned;
          if (list.length >= (orientation === 0 ? MOST_UPRIGHT : most)) return;
          if (mustBeApart(sets, other, image) && !samePixels(look, otherLook))
            list.push({ kind: "near", kept: other, extra: image, copy: { orientation } });
        });
        if (found.shifted.length < most)
          seen.shifted(look, (other, otherLook, shift) => {
            if (mustBeApart(sets, other, image) && !samePixels(look, otherLook))
              found.shifted.push({
                kind: "near",
                kept: other,
                extra: image,
                copy: { orientation: 0, shift },
              });
          });
        fresh.push({ image, look });
      }
    }
    // The pool is only compared, never compared with.
    if (role !== "pool") for (const { image, look } of fresh) seen.insert(image, look);
  }
  return [...found.upright, ...found.turned, ...found.shifted];
}

/** What is known of one image, read from the flat arrays. */
type Look = Readonly<{ print: Fingerprints; marks: Marks; row: number }>;

/** Undefined for images that could not be decoded and those that show too little to tell. */
function lookAt(print: Fingerprints, marks: Marks, row: number): Look | undefined {
  const at = row * WORDS;
  if (print.words[at + WIDTH] === 0 || (print.words[at + FLAGS] as number) & FAINT) return undefined;
  return { print, marks, row };
}

/** Equal pixels are reported as such. */
function samePixels(a: Look, b: Look): boolean {
  const [i, j] = [a.row * WORDS, b.row * WORDS];
  return a.print.words[i] === b.print.words[j] && a.print.words[i + 1] === b.print.words[j + 1];
}

function stepsOf({ marks, row }: Look): Steps {
  const pair = (k: number): Bits => {
    const at = row * MARK_WORDS + 2 * k;
    return [marks.words[at] as number, marks.words[at + 1] as number];
  };
  return { right: pair(0), left: pair(1), down: pair(2), up: pair(3) };
}

type Shift = readonly [number, number];

/** All images that were met so far, found by their bits and by their anchors. */
function lookups() {
  const images: ImageRef[] = [];
  const looks: Look[] = [];
  const bands = [0, 1, 2, 3].map(() => index64());
  const anchorBands = [0, 1, 2, 3].map(() => index64());
  const tonesOf = Array.from({ length: ORIENTATIONS }, (_, o) => orientedCells(4, o));

  /** Ids under one of the four 16-bit parts of `bits`, each once. */
  const alike = (indices: typeof bands, [hi, lo]: Bits, visit: (id: number) => void): void => {
    const met = new Set<number>();
    for (const [band, value] of bandsOf(hi, lo).entries()) {
      const index = indices[band] as (typeof bands)[number];
      let visits = 0;
      for (let id = index.first(0, value); id !== -1 && visits++ < MOST_PER_BUCKET; id = index.next(id))
        if (!met.has(id)) {
          met.add(id);
          visit(id);
        }
    }
  };

  return {
    insert(image: ImageRef, look: Look): void {
      const id = images.push(image) - 1;
      looks.push(look);
      const { right } = stepsOf(look);
      for (const [band, value] of bandsOf(...right).entries()) bands[band]?.insert(0, value, id);
      for (let k = 0; k < MOST_ANCHORS; k++) {
        const bits = anchorBits(look, k);
        if (!bits) break;
        for (const [band, value] of bandsOf(...bits).entries())
          anchorBands[band]?.insert(0, value, id * MOST_ANCHORS + k);
      }
    },

    /** Images that look like this one in some orientation of it. */
    turned(look: Look, visit: (other: ImageRef, otherLook: Look, orientation: number) => void): void {
      const steps = stepsOf(look);
      const times = new Map<number, number>();
      const orientations = isTelling(steps) ? ORIENTATIONS : 1;
      for (let o = 0; o < orientations; o++) {
        const bits = o === 0 ? steps.right : orientedBits(steps, o);
        alike(bands, bits, (id) => {
          const n = times.get(id) ?? 0;
          const other = looks[id] as Look;
          if (n >= MOST_ORIENTATIONS || hamming(...stepsOf(other).right, ...bits) > NEAR_BITS) return;
          if (!nearTones(other, look, tonesOf[o] as number[])) return;
          times.set(id, n + 1);
          visit(images[id] as ImageRef, other, o);
        });
      }
    },

    /** Images of which two anchors are anchors of this one too, moved by the same shift. */
    shifted(look: Look, visit: (other: ImageRef, otherLook: Look, shift: Shift) => void): void {
      const votes = new Map<number, { own: number; theirs: number; shift: Shift }[]>();
      for (let own = 0; own < MOST_ANCHORS; own++) {
        const bits = anchorBits(look, own);
        if (!bits) break;
        alike(anchorBands, bits, (entry) => {
          const [id, theirs] = [Math.floor(entry / MOST_ANCHORS), entry % MOST_ANCHORS];
          const other = looks[id] as Look;
          if (hamming(...(anchorBits(other, theirs) as Bits), ...bits) > ANCHOR_BITS) return;
          const [x, y] = anchorPlace(look, own);
          const [u, v] = anchorPlace(other, theirs);
          const list = votes.get(id) ?? [];
          votes.set(id, list);
          list.push({ own, theirs, shift: [x - u, y - v] });
        });
      }
      for (const [id, list] of votes) {
        const agreed = list.find((a, i) =>
          list.slice(0, i).some((b) => a.own !== b.own && a.theirs !== b.theirs && close(a.shift, b.shift)),
        );
        if (agreed) visit(images[id] as ImageRef, looks[id] as Look, agreed.shift);
      }
    },
  };
}

function isTelling({ right, left, down, up }: Steps): boolean {
  const steps = (a: Bits, b: Bits) => hamming(...a, ...b);
  return steps(right, left) >= FEWEST_STEPS && steps(down, up) >= FEWEST_STEPS;
}

function close(a: Shift, b: Shift): boolean {
  return Math.abs(a[0] - b[0]) <= AGREE && Math.abs(a[1] - b[1]) <= AGREE;
}

function anchorBits({ marks, row }: Look, k: number): Bits | undefined {
  const at = row * MARK_WORDS + FIRST_ANCHOR + k * ANCHOR_WORDS;
  const [hi, lo] = [marks.words[at] as number, marks.words[at + 1] as number];
  return hi === 0 && lo === 0 ? undefined : [hi, lo];
}

function anchorPlace({ marks, row }: Look, k: number): Shift {
  const place = marks.words[row * MARK_WORDS + FIRST_ANCHOR + k * ANCHOR_WORDS + 2] as number;
  return [place & 0xffff, place >>> 16];
}

function bandsOf(hi: number, lo: number): readonly number[] {
  return [hi >>> 16, hi & 0xffff, lo >>> 16, lo & 0xffff];
}

/** `cells[k]` is the part of `b` that lies at part k of `a` in the orientation at hand. */
function nearTones(a: Look, b: Look, cells: readonly number[]): boolean {
  for (let k = 0; k < TONES; k++) {
    const [x, y] = [a.marks.tones[a.row * TONES + k], b.marks.tones[b.row * TONES + (cells[k] as number)]];
    if (Math.abs((x as number) - (y as number)) > NEAR_TONES) return false;
  }
  return true;
}
