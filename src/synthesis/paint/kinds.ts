import { type Archetype, archetypeOf } from "../archetypes.js";

/** What is known of a defect by its name alone: what it does to the surface. */
export type Kind =
  | Readonly<{ is: "conductor"; archetype: Archetype }>
  | Readonly<{
      is: "solder" | "less_solder" | "missing" | "scratch" | "crack" | "pit" | "discoloration" | "stain";
    }>;

/** In this order: the first that matches wins ("missing_solder" is less solder, not a missing part). */
const WORDS: readonly (readonly [RegExp, Exclude<Kind["is"], "conductor">])[] = [
  [
    /\b(less|insufficient|missing|no|lack of|dry) solder|solder (less|lack|void|insufficient)|\blean\b/,
    "less_solder",
  ],
  [/bridge|excess(ive)? solder|solder (ball|bridge|excess|splash)|\bexcess\b|tin whisker/, "solder"],
  [/\bmissing|absent|not placed/, "missing"],
  [/scratch|scrape|groove|score/, "scratch"],
  [/crack|fissure|hairline|fracture/, "crack"],
  [/discolou?r|tint|oxid|tarnish|burn|uneven|fray/, "discoloration"],
  [/stain|contaminat|dirt|residue|flux|smudge|spot|oil|film/, "stain"],
  [/pit(ting|s|ted)?\b|blow ?hole|dent|void|crater|break|chip|pore|hole|defect/, "pit"],
];

/** The kind of a defect by the name of its anomaly; undefined for names that say nothing. */
export function kindOf(anomaly: string): Kind | undefined {
  const plain = anomaly
    .trim()
    .toLowerCase()
    .replaceAll(/[-_\s.]+/g, " ");
  // A bridge is known twice: of copper on a bare board, of solder between pads. Painting decides by the place.
  const archetype = archetypeOf(plain);
  if (archetype) return { is: "conductor", archetype };
  const found = WORDS.find(([words]) => words.test(plain));
  return found ? { is: found[1] } : undefined;
}
