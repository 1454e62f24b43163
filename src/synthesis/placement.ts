import type { Canvas, Recipe } from "./types.js";

/** Why a defect lies anywhere although the defect spec asked for a place. */
export type FreeReason = "prompt_not_read" | "no_cad_mask";

/** How a sample was placed, against what the defect spec asked for (contract 7.1). */
export type Placement = Readonly<{
  asked: Recipe["dependency"];
  done: "free" | "cad";
  /** Only where these differ. */
  reason?: FreeReason;
}>;

/** `cad` needs a class mask of the very crop; prompts (`text`) are not read by the built-in generator. */
export function placementOf(
  { dependency }: Pick<Recipe, "dependency">,
  canvas: Pick<Canvas, "cadMask">,
): Placement {
  if (dependency === "text") return { asked: "text", done: "free", reason: "prompt_not_read" };
  if (dependency === "cad" && !canvas.cadMask) return { asked: "cad", done: "free", reason: "no_cad_mask" };
  return { asked: dependency, done: dependency };
}

/** Samples of one type that were placed freely against the spec. */
export type PlacedFreely = Readonly<{ defectType: string; reason: FreeReason; samples: number }>;

/** What was placed freely against the spec, by type, in the order of the samples. */
export function placedFreely(
  samples: readonly Readonly<{ recipe: Recipe; canvas: Canvas }>[],
): readonly PlacedFreely[] {
  const found = new Map<string, { defectType: string; reason: FreeReason; samples: number }>();
  for (const { recipe, canvas } of samples) {
    const { reason } = placementOf(recipe, canvas);
    if (!reason) continue;
    const key = `${recipe.defectType} ${reason}`;
    const held = found.get(key) ?? { defectType: recipe.defectType, reason, samples: 0 };
    found.set(key, held);
    held.samples++;
  }
  return [...found.values()];
}

/** The reason in words, to stand behind a type. */
export const FREE_WORDS: Readonly<Record<FreeReason, string>> = {
  prompt_not_read: "its prompt is not read",
  no_cad_mask: "its crop has no cad_mask",
};
