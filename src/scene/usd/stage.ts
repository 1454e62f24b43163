import type { Problem } from "../../kit/errors.js";
import type {
  AttributeSpec,
  Layer,
  LayerOffset,
  PrimSpec,
  PropertySpec,
  RelationshipSpec,
  Specifier,
} from "./layer.js";
import { applyListOp } from "./list-op.js";
import { BLOCKED, isListOp, type ListOp, type Value } from "./values.js";

/** What one layer says about one prim of the stage. */
export type Opinion = Readonly<{
  layer: Layer;
  spec: PrimSpec;
  /** Path of the spec in its layer, with variant selections. */
  path: string;
  /** A path of the layer's namespace as the stage sees it; undefined where it cannot be seen. */
  toStage: (path: string) => string | undefined;
  /** From times of the layer to times of the stage. */
  offset: LayerOffset;
}>;

/** A prim of the composed stage. Only active prims have children; `class` prims are there, too. */
export type StagePrim = Readonly<{
  path: string;
  name: string;
  parent?: StagePrim;
  typeName: string;
  specifier: Specifier;
  active: boolean;
  /** This prim stands for a shared prototype: opinions about its descendants count only from its arcs. */
  instance: boolean;
  /** Lies below an instance. */
  proxy: boolean;
  /** Strongest first. */
  opinions: readonly Opinion[];
  children: readonly StagePrim[];
}>;

export type Stage = Readonly<{
  file: string;
  root: StagePrim;
  /** Metadata of the root layer. */
  metadata: ReadonlyMap<string, Value>;
  find: (path: string) => StagePrim | undefined;
  problems: readonly Problem[];
}>;

/** A value and the layer that its asset paths are relative to. */
export type ResolvedValue = Readonly<{ value: Value; typeName: string; layer: Layer; spec: AttributeSpec }>;

/**
 * The value of an attribute: the strongest opinion, time samples before the default of the same layer. Without
 * animation there is one time: the default, or the first sample. Undefined: no opinion, or blocked.
 */
export function attribute(prim: StagePrim, name: string): ResolvedValue | undefined {
  for (const { spec, layer } of prim.opinions) {
    const property = spec.properties.get(name);
    if (property?.kind !== "attribute") continue;
    const value = property.value ?? firstSample(property);
    if (value === undefined) continue;
    if (value === BLOCKED) return undefined;
    return { value, typeName: property.typeName, layer, spec: property };
  }
  return undefined;
}

function firstSample(property: AttributeSpec): Value | undefined {
  const samples = property.timeSamples;
  for (let i = 0; samples && i < samples.times.length; i++) {
    const value = samples.at(i);
    if (value !== BLOCKED) return value;
  }
  return undefined;
}

/** The strongest opinion about a property's metadata (`interpolation`, `elementSize`, …). */
export function propertyMetadata(prim: StagePrim, name: string, key: string): Value | undefined {
  for (const { spec } of prim.opinions) {
    const value = spec.properties.get(name)?.metadata.get(key);
    if (value !== undefined && value !== BLOCKED) return value;
  }
  return undefined;
}

/** The strongest opinion about a prim's metadata. */
export function metadata(prim: StagePrim, key: string): Value | undefined {
  for (const { spec } of prim.opinions) {
    const value = spec.metadata.get(key);
    if (value !== undefined && value !== BLOCKED) return value;
  }
  return undefined;
}

/** Names of all properties, weakest layer's first. */
export function propertyNames(prim: StagePrim): readonly string[] {
  const names = new Set<string>();
  for (const { spec } of prim.opinions.toReversed())
    for (const name of spec.properties.keys()) names.add(name);
  return [...names];
}

/** Targets of a relationship as stage paths, list edits applied. */
export function targets(prim: StagePrim, name: string): readonly string[] {
  return edited(prim, name, (p) => (p.kind === "relationship" ? (p as RelationshipSpec).targets : undefined));
}

/** What an attribute is connected to, as stage paths of attributes. */
export function connections(prim: StagePrim, name: string): readonly string[] {
  return edited(prim, name, (p) => (p.kind === "attribute" ? p.connections : undefined));
}

function edited(
  prim: StagePrim,
  name: string,
  of: (property: PropertySpec) => ListOp<string> | undefined,
): readonly string[] {
  let list: readonly string[] = [];
  for (const { spec, toStage } of prim.opinions.toReversed()) {
    const property = spec.properties.get(name);
    const op = property && of(property);
    if (op) list = applyListOp(list, mapped(op, toStage));
  }
  return list;
}

function mapped(op: ListOp<string>, map: (path: string) => string | undefined): ListOp<string> {
  return Object.fromEntries(
    Object.entries(op).map(([edit, paths]) => [edit, paths.map(map).filter((p) => p !== undefined)]),
  );
}

/** A list in metadata (`apiSchemas`, `inactiveIds`), list edits applied. */
export function metadataList(prim: StagePrim, key: string): readonly (string | number)[] {
  let list: readonly (string | number)[] = [];
  for (const { spec } of prim.opinions.toReversed()) {
    const value = spec.metadata.get(key);
    if (isListOp(value)) list = applyListOp(list, value.listOp);
  }
  return list;
}

/** Applied API schemas (`SemanticsLabelsAPI:class`, …). */
export function apiSchemas(prim: StagePrim): readonly string[] {
  return metadataList(prim, "apiSchemas").map(String);
}

/** Depth first, parents before children. */
export function* walk(prim: StagePrim): Generator<StagePrim> {
  yield prim;
  for (const child of prim.children) yield* walk(child);
}

export function finder(root: StagePrim): Stage["find"] {
  const byPath = new Map<string, StagePrim>();
  for (const prim of walk(root)) byPath.set(prim.path, prim);
  return (path) => byPath.get(path);
}
