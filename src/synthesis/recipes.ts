import type { Problem } from "../kit/errors.js";
import { quantile } from "../vision/index.js";
import { archetypeOf } from "./archetypes.js";
import type { Exemplar, Flip, Recipe, Span, Surroundings } from "./types.js";

/** A type that is wanted, with its route when a defect spec names it. */
export type Wanted = Readonly<{
  label: string;
  defectType: string;
  dependency: "free" | "text" | "cad";
  canvases: readonly number[];
  masked?: boolean;
}>;

/** Turns wanted types into recipes; a type that nothing is known about becomes a problem and is left out. */
export function makeRecipes(
  wanted: readonly Wanted[],
  exemplars: readonly Exemplar[],
  around: Surroundings,
): { recipes: Recipe[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const darkConductor = conductorIsDark(exemplars, around);
  const recipes = wanted.flatMap((want) => {
    const recipe = recipeFor(want, exemplars, around, darkConductor);
    if (!recipe)
      problems.push({
        code: "defect_unknown",
        severity: "warning",
        message: `nothing is known about how "${want.label}" looks: no usable example among the NG rows`,
        hint: "Add one NG row of this type to the training set, or a defect_spec.jsonl with masks.",
        where: { field: want.label },
      });
    return recipe ? [recipe] : [];
  });
  return { recipes, problems };
}

function recipeFor(
  want: Wanted,
  exemplars: readonly Exemplar[],
  around: Surroundings,
  darkConductor: boolean,
): Recipe | undefined {
  const own = best(exemplars.map((e, i) => ({ e, i })).filter(({ e }) => e.label === want.label));
  const known = around.twoTone ? archetypeOf(want.label) : undefined;
  const prior: Flip | undefined = known && {
    toLight: known.addsConductor !== darkConductor,
    contacts: known.contacts,
  };
  const flipped = own.filter(({ e }) => e.flip);
  const base = { ...want, borrowed: false };
  if (around.twoTone && (flipped.length > 0.5 * own.length || (prior && !own.some(({ e }) => e.textured)))) {
    const flips = usualFlips(
      flipped.map(({ e }) => e.flip as Flip),
      prior,
    );
    const [first] = flips as [Flip];
    const fitting = flipped.filter(({ e }) =>
      flips.some((f) => f.toLight === e.flip?.toLight && f.contacts === e.flip.contacts),
    );
    const alike = exemplars
      .map((e, i) => ({ e, i }))
      .filter(({ e }) => e.flip && (e.flip.contacts === first.contacts || first.contacts < 2));
    const compact = alike.filter(({ e }) => e.flip?.contacts === first.contacts || e.flip?.contacts === 1);
    const source =
      fitting.length > 0 ? fitting : own.length > 0 ? own : first.contacts === 2 ? alike : compact;
    return {
      ...base,
      mode: "flip",
      flips,
      exemplars: source.map(({ i }) => i),
      borrowed: own.length === 0,
      ...spans(source.map(({ e }) => e)),
    };
  }
  if (own.length === 0) return undefined;
  const textured = own.filter(({ e }) => e.textured);
  const use = textured.length > 0 ? textured : own;
  return {
    ...base,
    mode: textured.length > 0 ? "texture" : "shape",
    flips: [],
    exemplars: use.map(({ i }) => i),
    ...spans(use.map(({ e }) => e)),
  };
}

/**
 * The clearer two thirds when there are plenty, without odd streaks among blobs: what was found by a hair, or has
 * another shape than the rest, is likelier to be a film or a ridge than the defect.
 */
function best(found: { e: Exemplar; i: number }[]): { e: Exemplar; i: number }[] {
  if (found.length < 8) return found;
  const slimness = found.map(({ e }) => e.across / e.long);
  const blobs = quantile(slimness, 0.5) > 0.35;
  const limit = quantile(
    found.map(({ e }) => e.quality),
    0.33,
  );
  return found.filter(({ e }, k) => e.quality >= limit && (!blobs || e.flip || slimness[k] >= 0.28));
}

/** Kinds of flips by frequency, without the rare ones; a known type keeps to what it is by definition. */
function usualFlips(seen: readonly Flip[], prior: Flip | undefined): Flip[] {
  const keys = new Map<string, Flip[]>();
  for (const flip of seen) {
    const key = `${flip.toLight}/${flip.contacts}`;
    keys.set(key, [...(keys.get(key) ?? []), flip]);
  }
  const agreed = prior && keys.get(`${prior.toLight}/${prior.contacts}`);
  if (prior && (agreed || seen.length < 4)) return [prior];
  const usual = [...keys.values()].filter((flips) => flips.length >= 0.2 * seen.length).flat();
  return usual.length > 0 ? usual : [...seen];
}

/** Whether conductor is the dark tone, by vote of the known types seen; by default it is (bare-board scans). */
function conductorIsDark(exemplars: readonly Exemplar[], around: Surroundings): boolean {
  let votes = 0;
  if (around.twoTone)
    for (const e of exemplars) {
      const known = archetypeOf(e.label);
      if (known && e.flip) votes += known.addsConductor === e.flip.toLight ? -1 : 1;
    }
  return votes >= 0;
}

function spans(exemplars: readonly Exemplar[]): { long: Span; across: Span; gap: Span } {
  const range = (values: number[], otherwise: Span): Span =>
    values.length === 0
      ? otherwise
      : [Math.max(2, quantile(values, 0.05) * 0.85), Math.max(3, quantile(values, 0.95) * 1.15)];
  const gaps = exemplars.flatMap(({ anchors: [a, b] }) =>
    a && b ? [Math.max(1, Math.hypot(a.x - b.x, a.y - b.y) - 2)] : [],
  );
  return {
    long: range(
      exemplars.map((e) => e.long),
      [6, 14],
    ),
    across: range(
      exemplars.map((e) => e.across),
      [3, 8],
    ),
    gap: range(gaps, [2, 24]),
  };
}
