/** Words for the reasons of refusals; a reason without words stands for itself. */
export const REASONS: Readonly<Record<string, string>> = {
  frame: "whole frames (files missing or unusable)",
  no_target: "without an anchor class",
  filter: "other classes",
  unlabelled: "without a label",
  min_area: "too small",
  max_area: "too large",
  edge: "at the border of the frame",
  empty: "without pixels",
  coverage: "mostly empty board",
  max_emit: "over crop_max_emit",
  // Placement and synthesis.
  no_candidates: "no place for it",
  no_clean_images: "no clean pictures",
  no_place: "no legal place",
  invisible: "would not be visible",
  too_small: "too small",
  copy_of_exemplar: "a copy of an exemplar",
  copy_of_synthetic: "a copy of another one",
  guardrail: "refused by the guardrail",
};

/** `3 at the border of the frame, 1 too small`; "" when nothing was refused. */
export function refusalText(refused: Readonly<Record<string, number>>): string {
  return Object.entries(refused)
    .filter(([, n]) => n > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([why, n]) => `${n} ${REASONS[why] ?? why.replaceAll("_", " ")}`)
    .join(", ");
}
