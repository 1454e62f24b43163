import { hasPrefix, parentPath } from "../paths.js";
import type { Indexer } from "./indexer.js";
import { ARC, classHierarchy, contributes, isClassArc, type Node, pathAtIntroduction } from "./node.js";
import { STEP } from "./tasks.js";

export type StepOptions = Readonly<{
  skipExpressed: boolean;
  skipSpecializes: boolean;
  ancestralVariants: boolean;
}>;

/** Steps for a new node and all nodes that came with it. */
export function addSteps(indexer: Indexer, node: Node, o: StepOptions): void {
  const { tasks } = indexer;
  if (!o.skipSpecializes) {
    if (isClassArc(node.arc)) tasks.add(STEP.impliedClasses, startOfClasses(node));
    else if (node.children.some((child) => isClassArc(child.arc))) tasks.add(STEP.impliedClasses, node);
    if (indexer.impliedSpecializes) {
      const base = topmostSpecialize(node);
      if (base) tasks.add(STEP.impliedSpecializes, base);
      else if (node.children.some((child) => child.arc === ARC.specialize))
        tasks.add(STEP.impliedSpecializes, node);
    }
  }
  addOwnSteps(indexer, node, { ...o, unresolved: !indexer.frame });
}

export function addOwnSteps(
  indexer: Indexer,
  node: Node,
  o: StepOptions & Readonly<{ unresolved: boolean }>,
): void {
  for (const child of node.children) addOwnSteps(indexer, child, o);
  const { tasks } = indexer;
  const says = fieldsOf(node);
  if (o.unresolved && (node.arc === ARC.reference || node.arc === ARC.payload))
    tasks.add(STEP.unresolved, node);
  if (indexer.variants && says.variants) tasks.add(STEP.variantSets, node);
  if (o.skipSpecializes) return;
  if (o.ancestralVariants && hasVariantsAbove(node)) tasks.add(STEP.ancestralVariantSets, node);
  if (!o.skipExpressed) {
    if (says.specializes) tasks.add(STEP.specializes, node);
    if (says.inherits) tasks.add(STEP.inherits, node);
    if (says.payloads) tasks.add(STEP.payloads, node);
    if (says.references) tasks.add(STEP.references, node);
    if (says.relocates) tasks.add(STEP.relocates, node);
  }
  if (node.arc === ARC.relocate) tasks.add(STEP.impliedRelocates, node);
}

type Fields = {
  [K in "variants" | "specializes" | "inherits" | "payloads" | "references" | "relocates"]: boolean;
};

function fieldsOf(node: Node): Fields {
  const says: Fields = {
    variants: false,
    specializes: false,
    inherits: false,
    payloads: false,
    references: false,
    relocates: false,
  };
  if (!contributes(node)) return says;
  says.relocates = node.stack.relocates !== undefined;
  if (!node.hasSpecs) return says;
  for (const { spec } of node.stack.specsAt(node.path)) {
    says.variants ||= spec.variantSetNames !== undefined;
    says.specializes ||= spec.specializes !== undefined;
    says.inherits ||= spec.inherits !== undefined;
    says.payloads ||= spec.payloads !== undefined;
    says.references ||= spec.references !== undefined;
  }
  return says;
}

function hasVariantsAbove(node: Node): boolean {
  for (let path = parentPath(node.path); path !== "/" && path !== ""; path = parentPath(path))
    if (node.stack.specsAt(path).some(({ spec }) => spec.variantSetNames !== undefined)) return true;
  return false;
}

/**
 * Where the spreading of a class to the layer stacks above begins: at the node that asks for the chain of classes. A
 * chain that is reached through an ancestor's class goes along with that one, unless it lives below it.
 */
function startOfClasses(node: Node): Node {
  let start = node;
  while (isClassArc(start.arc)) {
    const { instance, first } = classHierarchy(start);
    start = instance;
    if (isClassArc(instance.arc) && hasPrefix(first.path, pathAtIntroduction(instance))) break;
  }
  return start;
}

function topmostSpecialize(node: Node): Node | undefined {
  let found: Node | undefined;
  for (let n: Node = node; n.parent; n = n.parent) if (n.arc === ARC.specialize) found = n;
  return found;
}
