import { type Layer, type LayerOffset, NO_OFFSET, type PrimSpec } from "../layer.js";
import type { Layers } from "../layers.js";
import { baseName, hasPrefix, parentPath, variantSelection } from "../paths.js";
import type { Dictionary, Value } from "../values.js";
import { evaluateExpression, isExpression } from "./expressions.js";
import { composeOffsets, type MapFunction, mapFunction } from "./map-function.js";
import type { Report } from "./problems.js";
import { type Relocates, relocatesOf } from "./relocates.js";

/** One layer of a stack with the offset that its times have in the stack. */
export type StackLayer = Readonly<{ layer: Layer; offset: LayerOffset }>;

/** What the layers of a stack say about one site, strongest first. */
export type SiteSpec = Readonly<{ spec: PrimSpec; layer: Layer; offset: LayerOffset }>;

/** A root layer with its sublayers, strongest first: the unit that arcs point into. */
export type LayerStack = Readonly<{
  /** Differs for stacks of one file that see other expression variables. */
  id: string;
  file: string;
  root: Layer;
  layers: readonly StackLayer[];
  timeCodesPerSecond: number;
  relocates?: Relocates;
  variables: Dictionary;
  /** Where overriding variables come from: stacks below share one source as long as they bring none of their own. */
  variableSource: string;
  specsAt: (path: string) => readonly SiteSpec[];
  /** Relocates at and below a path, as a map. */
  relocatesBelow: (path: string) => MapFunction | undefined;
}>;

export function timeCodes(layer: Layer): number {
  for (const key of ["timeCodesPerSecond", "framesPerSecond"]) {
    const value = layer.root.metadata.get(key);
    if (typeof value === "number" && value > 0) return value;
  }
  return 24;
}

const NO_VARIABLES: Dictionary = new Map();
const ROOT_SOURCE = "root";

function variablesOf(layer: Layer | undefined): Dictionary {
  const value = layer?.root.metadata.get("expressionVariables");
  return value instanceof Map ? value : NO_VARIABLES;
}

function over(strong: Dictionary, weak: Dictionary): Dictionary {
  return strong.size === 0 ? weak : weak.size === 0 ? strong : new Map<string, Value>([...weak, ...strong]);
}

/** What an expression in `text` comes to; other text is given back. */
export function expanded(
  text: string,
  variables: Dictionary,
  what: string,
  at: string,
  file: string,
  report: Report,
): string {
  if (!isExpression(text)) return text;
  const result = evaluateExpression(text, variables);
  if (result.wrong)
    report(
      "usd_bad_expression",
      at,
      `the expression ${text} of a ${what} cannot be worked out: ${result.wrong}`,
      "Correct the expression, or give the variable in the root layer's expressionVariables.",
      file,
    );
  return result.text;
}

/** Tells of an asset path that leads nowhere. */
export function unresolved(
  report: Report,
  at: string,
  layer: Layer,
  asset: string,
  found: Readonly<{ why: "missing" | "outside" | "remote" }>,
): void {
  const [message, hint] = {
    missing: [`"${asset}" is not there`, "Put the file where the layer looks for it, or correct the path."],
    outside: [
      `"${asset}" lies outside the folder that may be read`,
      "Name a folder that holds both files as the search root, or move the file.",
    ],
    remote: [`"${asset}" is not on this machine`, "Download it and refer to the local copy."],
  }[found.why];
  report(`usd_reference_${found.why}`, at, message, hint, layer.file);
}

/** Builds stacks, each once. */
export function layerStacks(
  layers: Layers,
  report: Report,
): (file: string, session?: string, above?: LayerStack) => LayerStack | undefined {
  const known = new Map<string, LayerStack | undefined>();
  return (file, session, above) => {
    const source = above ? above.variableSource : ROOT_SOURCE;
    const id = `${file} ${session ?? ""} ${source}`;
    if (!known.has(id)) known.set(id, build(id, file, session, above));
    return known.get(id);
  };

  function build(
    id: string,
    file: string,
    session: string | undefined,
    above: LayerStack | undefined,
  ): LayerStack | undefined {
    const root = layers.open(file);
    if (!root) return undefined;
    const sessionLayer = session === undefined ? undefined : layers.open(session);
    const own = over(variablesOf(sessionLayer), variablesOf(root));
    const variables = above ? over(above.variables, own) : own;
    const list: StackLayer[] = [];
    const rootRate = timeCodes(root);
    let rate = rootRate;
    let rootOffset = NO_OFFSET;
    let owner = "";
    if (sessionLayer) {
      const sessionRate = timeCodes(sessionLayer);
      let offset = NO_OFFSET;
      if (sessionDecides(sessionLayer, root)) {
        rate = sessionRate;
        rootOffset = { offset: 0, scale: rate / rootRate };
      } else offset = { offset: 0, scale: rate / sessionRate };
      add(sessionLayer, offset, "", [], variables, list);
      owner =
        list.map((l) => l.layer.root.metadata.get("sessionOwner")).find((o) => typeof o === "string") ?? "";
    }
    add(root, rootOffset, owner, [], variables, list);
    const relocates = relocatesOf(
      list.map((l) => l.layer),
      report,
    );
    const sites = new Map<string, readonly SiteSpec[]>();
    const specsAt = (path: string): readonly SiteSpec[] => {
      const before = sites.get(path);
      if (before) return before;
      const found = path === "/" ? list.map(rootSpec) : below(specsAt(parentPath(path)), path);
      sites.set(path, found);
      return found;
    };
    return {
      id,
      file: root.file,
      root,
      layers: list,
      timeCodesPerSecond: rate,
      ...(relocates ? { relocates } : {}),
      variables,
      variableSource: !above ? ROOT_SOURCE : own.size === 0 ? above.variableSource : id,
      specsAt,
      relocatesBelow: (path) => (relocates ? relocatesMap(relocates, path) : undefined),
    };
  }

  function add(
    layer: Layer,
    offset: LayerOffset,
    owner: string,
    open: readonly Layer[],
    variables: Dictionary,
    into: StackLayer[],
  ): void {
    into.push({ layer, offset });
    const chain = [...open, layer];
    const found: StackLayer[] = [];
    for (const sub of layer.subLayers) {
      const asset = expanded(sub.asset, variables, "sublayer", "/", layer.file, report);
      if (asset === "") continue;
      const place = layers.resolve(layer.file, asset);
      if (!("file" in place)) {
        unresolved(report, "/", layer, asset, place);
        continue;
      }
      const child = layers.open(place.file);
      if (!child) continue;
      if (chain.includes(child)) {
        report(
          "usd_cycle",
          "/",
          `sublayers form a cycle: ${[...chain, child].map((l) => l.file).join(" → ")}`,
          "Remove one of these sublayers.",
          layer.file,
        );
        continue;
      }
      const own = usable(sub.offset, "/", layer, asset, report);
      const rate = timeCodes(layer) / timeCodes(child);
      const scaled = rate === 1 ? own : { offset: own.offset, scale: own.scale * rate };
      found.push({ layer: child, offset: composeOffsets(offset, scaled) });
    }
    for (const sub of ownedFirst(layer, found, owner, report))
      add(sub.layer, sub.offset, owner, chain, variables, into);
  }
}

/** An offset that can be inverted; one that cannot counts as none and is reported. */
export function usable(
  offset: LayerOffset,
  at: string,
  layer: Layer,
  asset: string,
  report: Report,
): LayerOffset {
  if (Number.isFinite(offset.offset) && Number.isFinite(offset.scale) && offset.scale !== 0) return offset;
  report(
    "usd_bad_offset",
    at,
    `the time offset ${offset.offset}, scale ${offset.scale} of "${asset}" cannot be used`,
    "Give finite numbers and a scale that is not 0.",
    layer.file,
  );
  return NO_OFFSET;
}

/** The rate of the session layer counts when it names it more plainly than the root layer does. */
function sessionDecides(session: Layer, root: Layer): boolean {
  const has = (layer: Layer, key: string): boolean => layer.root.metadata.has(key);
  return (
    has(session, "timeCodesPerSecond") ||
    (!has(root, "timeCodesPerSecond") && has(session, "framesPerSecond"))
  );
}

/** The sublayer that belongs to the owner of the session goes before its siblings. */
function ownedFirst(
  layer: Layer,
  subs: readonly StackLayer[],
  owner: string,
  report: Report,
): readonly StackLayer[] {
  if (owner === "" || layer.root.metadata.get("hasOwnedSubLayers") !== true) return subs;
  const isOwned = (sub: StackLayer): boolean => sub.layer.root.metadata.get("owner") === owner;
  const owned = subs.filter(isOwned);
  if (owned.length > 1)
    report(
      "usd_bad_owner",
      "/",
      `${owned.length} sublayers belong to the owner "${owner}"`,
      "Leave the owner to one of them.",
      layer.file,
    );
  return [...owned, ...subs.filter((sub) => !isOwned(sub))];
}

function rootSpec({ layer, offset }: StackLayer): SiteSpec {
  return { spec: layer.root, layer, offset };
}

function below(above: readonly SiteSpec[], path: string): readonly SiteSpec[] {
  if (above.length === 0) return above;
  const variant = variantSelection(path);
  const name = baseName(path);
  const found: SiteSpec[] = [];
  for (const { spec, layer, offset } of above) {
    const child = variant
      ? spec.variantSets.get(variant.set)?.get(variant.selection)
      : spec.children.get(name);
    if (child) found.push({ spec: child, layer, offset });
  }
  return found;
}

function relocatesMap({ whole, stepToTarget }: Relocates, path: string): MapFunction {
  const pairs = new Map<string, string>([["/", "/"]]);
  const targets = new Set<string>();
  for (const map of [whole, stepToTarget])
    for (const [source, target] of map) {
      if (target === "" || targets.has(target) || !hasPrefix(source, path)) continue;
      targets.add(target);
      pairs.set(source, target);
    }
  return mapFunction(pairs);
}
