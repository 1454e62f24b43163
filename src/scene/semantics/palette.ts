import type { Labels } from "./rules.js";

export type Rgba = readonly [r: number, g: number, b: number, a: number];

/** A label set that a picture can show, its colour and its number in box tables. */
export type PaletteEntry = Readonly<{ labels: Labels; color: Rgba; id: number }>;

/** Colours of a run: the same label set has the same colour and number in every frame. */
export type Palette = Readonly<{
  /** Sorted by number. */
  entries: readonly PaletteEntry[];
  /** The entry of a part's labels, restricted to `types`; undefined: unlabelled. */
  find: (labels: Labels) => PaletteEntry | undefined;
}>;

/** Nothing rendered. */
export const BACKGROUND: Rgba = [0, 0, 0, 0];
/** Rendered, but without a label of a wanted type. */
export const UNLABELLED: Rgba = [0, 0, 0, 255];

/** Numbers 0 and 1 stand for background and unlabelled. */
const FIRST_ID = 2;

/**
 * Label sets whose colours are the same on every board, so that maps of different runs can be united. New ones may
 * only be added at the end.
 */
const KNOWN: readonly Labels[] = [
  ...["capacitor", "ic", "solder", "pad"].map((name) => ({ class: name })),
  ...["shift", "tombstone", "sideflip", "reverse_polarity", "missing"].map((name) => ({ defect: name })),
  ...["resistor", "inductor", "led", "diode", "connector", "lead", "board", "silkscreen"].map((name) => ({
    class: name,
  })),
];

/**
 * Gives every label set that occurs a colour. `types` are the semantic types in their order, `labels` those of all
 * parts that any frame of the run may show. Colours are pairwise at least 50 apart in RGB for up to 80 sets and at
 * least 120 from black.
 */
export function makePalette(types: readonly string[], labels: Iterable<Labels>): Palette {
  const known = new Map(KNOWN.map((set, i) => [keyOf(types, set), i]));
  const sets = new Map<string, Labels>();
  for (const set of labels) {
    const key = keyOf(types, set);
    if (key !== "") sets.set(key, restricted(types, set));
  }
  const strange = [...sets.keys()].filter((key) => !known.has(key)).sort();
  const slot = (key: string) => known.get(key) ?? KNOWN.length + strange.indexOf(key);
  const colors = distinctColors(KNOWN.length + strange.length);
  const byKey = new Map(
    [...sets].map(([key, set]) => {
      const [r, g, b] = colors[slot(key)] as readonly [number, number, number];
      const entry: PaletteEntry = { labels: set, color: [r, g, b, 255], id: FIRST_ID + slot(key) };
      return [key, entry] as const;
    }),
  );
  return {
    entries: [...byKey.values()].sort((a, b) => a.id - b.id),
    find: (set) => byKey.get(keyOf(types, set)),
  };
}

/** The labels of the wanted types, in the order of the types. */
function restricted(types: readonly string[], labels: Labels): Labels {
  return Object.fromEntries(
    types.flatMap((t) => (labels[t] === undefined ? [] : [[t, labels[t] as string]])),
  );
}

function keyOf(types: readonly string[], labels: Labels): string {
  const set = restricted(types, labels);
  return Object.keys(set).length === 0 ? "" : JSON.stringify(set);
}

/**
 * The first n of a fixed sequence of colours: each is the one of a lattice that is farthest from black and from all
 * before it, so that the sequence does not change when it gets longer (up to 1000, where a finer lattice takes over).
 */
export function distinctColors(n: number): readonly (readonly [number, number, number])[] {
  const levels = n <= 1000 ? [0, 24, 48, 72, 96, 120, 144, 168, 192, 216, 240, 255] : FINE;
  const lattice = levels.flatMap((r) => levels.flatMap((g) => levels.map((b) => [r, g, b] as const)));
  const candidates = lattice.filter(([r, g, b]) => r * r + g * g + b * b >= 120 * 120);
  // Pure white looks like a missing colour in many viewers: it comes late.
  const nearest = candidates.map(([r, g, b]) =>
    Math.min(r * r + g * g + b * b, away(r, g, b, [255, 255, 255])),
  );
  const out: (readonly [number, number, number])[] = [];
  while (out.length < n) {
    let best = 0;
    for (let i = 1; i < candidates.length; i++)
      if ((nearest[i] as number) > (nearest[best] as number)) best = i;
    const chosen = candidates[best] as readonly [number, number, number];
    if ((nearest[best] as number) <= 0) throw new RangeError(`no ${n} colours can be told apart`);
    out.push(chosen);
    candidates.forEach(([r, g, b], i) => {
      nearest[i] = Math.min(nearest[i] as number, away(r, g, b, chosen));
    });
  }
  return out;
}

const FINE = Array.from({ length: 32 }, (_, i) => Math.round((i * 255) / 31));

function away(r: number, g: number, b: number, c: readonly [number, number, number]): number {
  return (r - c[0]) ** 2 + (g - c[1]) ** 2 + (b - c[2]) ** 2;
}

/** `(33, 243, 3, 255)`: the spaced form that every reader understands (contract 1.5, trap 1). */
export function colorKey(color: Rgba): string {
  return `(${color.join(", ")})`;
}

/** The colour map of a frame: background and unlabelled always, then the entries it shows. */
export function colorMap(shown: Iterable<PaletteEntry>): Readonly<Record<string, Labels>> {
  return Object.fromEntries([
    [colorKey(BACKGROUND), { class: "BACKGROUND" }],
    [colorKey(UNLABELLED), { class: "UNLABELLED" }],
    ...[...shown].sort((a, b) => a.id - b.id).map((e) => [colorKey(e.color), e.labels] as const),
  ]);
}
