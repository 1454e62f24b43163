import type { Node } from "./node.js";
import { compareNodes } from "./strength.js";

/** Steps of building a prim's tree, in the order in which they must be finished. */
export const STEP = {
  relocates: 0,
  impliedRelocates: 1,
  references: 2,
  payloads: 3,
  inherits: 4,
  impliedClasses: 5,
  specializes: 6,
  ancestralVariantSets: 7,
  ancestralVariant: 8,
  ancestralFallback: 9,
  ancestralNone: 10,
  impliedSpecializes: 11,
  variantSets: 12,
  variant: 13,
  fallback: 14,
  none: 15,
  unresolved: 16,
} as const;
export type Step = (typeof STEP)[keyof typeof STEP];

/** `path`, `set` and `number` are those of a variant set. */
export type Task = { step: Step; node: Node; path: string; set: string; number: number };

export type Tasks = Readonly<{
  add: (step: Step, node: Node, variant?: Readonly<{ path: string; set: string; number: number }>) => void;
  next: () => Task | undefined;
  /** Variant sets that found no selection look again: a new arc may bring one. */
  retryVariants: () => void;
}>;

export function taskQueue(): Tasks {
  // Most prims have few steps or none.
  const byStep: Task[][] = [];
  const listOf = (step: Step): Task[] => {
    byStep[step] ??= [];
    return byStep[step];
  };
  const move = (from: Step, to: Step): void => {
    for (const task of listOf(from).splice(0)) listOf(to).push({ ...task, step: to });
  };
  return {
    add: (step, node, variant) => {
      const list = listOf(step);
      const implied = step === STEP.impliedClasses || step === STEP.impliedSpecializes;
      if (implied && list.some((task) => task.node === node)) return;
      const { path, set, number } = variant ?? { path: "", set: "", number: 0 };
      list.push({ step, node, path, set, number });
    },
    next: () => {
      const list = byStep.find((tasks) => tasks && tasks.length > 0);
      if (!list) return undefined;
      let best = 0;
      for (let i = 1; i < list.length; i++) if (before(list[i], list[best])) best = i;
      return list.splice(best, 1)[0];
    },
    retryVariants: () => {
      move(STEP.fallback, STEP.variant);
      move(STEP.none, STEP.variant);
      move(STEP.ancestralFallback, STEP.ancestralVariant);
      move(STEP.ancestralNone, STEP.ancestralVariant);
    },
  };
}

/** Order within a step. */
function before(a: Task, b: Task): boolean {
  switch (a.step) {
    // A selection may be written by any stronger node.
    case STEP.ancestralVariant:
    case STEP.ancestralFallback:
    case STEP.variant:
    case STEP.fallback:
      if (a.node !== b.node) return compareNodes(a.node, b.node) < 0;
      return a.path !== b.path ? a.path < b.path : a.number < b.number;
    // Descendants before their ancestors.
    case STEP.impliedClasses:
      return a.node.index > b.node.index;
    default:
      return a.node.index < b.node.index;
  }
}
