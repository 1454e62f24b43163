import { dataError } from "../../../kit/errors.js";
import {
  type AttributeDraft,
  draftPrim,
  type Layer,
  NO_OFFSET,
  type PrimDraft,
  type Reference,
  type RelationshipDraft,
  type SubLayer,
} from "../layer.js";
import { baseName, parentPath, primOf, propertyOf, variantSelection } from "../paths.js";
import { modernTypeName } from "../types.js";
import { BLOCKED, type ListOp, type TimeSamples, type Value } from "../values.js";
import { Damage } from "./bytes.js";
import { isPlain, type Raw } from "./raw.js";
import { type RawSpec, readCrate } from "./sections.js";
import { valueReader } from "./values.js";

const ATTRIBUTE = 1;
const PRIM = 6;
const PSEUDO_ROOT = 7;
const RELATIONSHIP = 8;
const VARIANT = 10;

/**
 * A crate layer (`.usdc`, or `.usd` with a crate in it), versions 0.0.1 to 0.13. Time samples are decoded when they
 * are asked for. Throws `usd_crate_damaged`.
 */
export function parseCrate(bytes: Uint8Array, file: string): Layer {
  return explained(file, () => layerOf(bytes, file));
}

function explained<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw dataError(
      "usd_crate_damaged",
      `the crate ${file} cannot be read: ${error.message}`,
      "The file is cut off or damaged: copy or export it again.",
      { file },
    );
  }
}

/** Samples whose damage shows when they are decoded; the first one is decoded at once, for it is the one we use. */
function guarded(samples: TimeSamples, file: string): TimeSamples {
  if (samples.times.length > 0) samples.at(0);
  return { times: samples.times, at: (index) => explained(file, () => samples.at(index)) };
}

type Fields = ReadonlyMap<string, Raw>;

function layerOf(bytes: Uint8Array, file: string): Layer {
  const crate = readCrate(bytes);
  const read = valueReader(crate);
  const fieldsOf = (spec: RawSpec): Fields => new Map(spec.fields.map(({ name, rep }) => [name, read(rep)]));
  const root = draftPrim("", "over", "");
  const prims = new Map<string, PrimDraft>([["/", root]]);
  const orders = new Map<PrimDraft, Fields>();
  const subLayers: SubLayer[] = [];
  const primAt = (path: string): PrimDraft => {
    const found = prims.get(path);
    if (found) return found;
    const parent = primAt(parentPath(path) || "/");
    const selection = variantSelection(path);
    const prim = draftPrim(selection?.selection ?? baseName(path), "over", "");
    prims.set(path, prim);
    if (!selection) parent.children.set(prim.name, prim);
    else {
      const variants = parent.variantSets.get(selection.set) ?? new Map<string, PrimDraft>();
      parent.variantSets.set(selection.set, variants.set(prim.name, prim));
    }
    return prim;
  };
  const properties: RawSpec[] = [];
  for (const spec of crate.specs) {
    if (spec.kind === PSEUDO_ROOT) {
      const fields = fieldsOf(spec);
      orders.set(root, fields);
      fillPrim(root, fields);
      subLayers.push(...subLayersOf(fields));
    } else if (spec.kind === PRIM || (spec.kind === VARIANT && variantSelection(spec.path)?.selection)) {
      const fields = fieldsOf(spec);
      const prim = primAt(spec.path);
      orders.set(prim, fields);
      fillPrim(prim, fields);
    } else if (spec.kind === ATTRIBUTE || spec.kind === RELATIONSHIP) properties.push(spec);
  }
  for (const spec of properties) {
    const name = propertyOf(spec.path);
    if (name === "" || name.includes("[")) continue;
    const prim = primAt(primOf(spec.path));
    const fields = fieldsOf(spec);
    prim.properties.set(
      name,
      spec.kind === ATTRIBUTE ? attribute(name, fields, file) : relationship(name, fields),
    );
  }
  for (const [prim, fields] of orders) {
    prim.children = inOrder(prim.children, fields.get("primChildren"));
    prim.properties = inOrder(prim.properties, fields.get("properties"));
  }
  return { file, root, subLayers };
}

/** Specs stand in any order in a crate; these fields tell the authored one. */
function inOrder<T>(map: Map<string, T>, order: Raw): Map<string, T> {
  if (!Array.isArray(order)) return map;
  const sorted = new Map<string, T>();
  for (const name of order.map(String)) {
    const item = map.get(name);
    if (item !== undefined) sorted.set(name, item);
  }
  for (const [name, item] of map) if (!sorted.has(name)) sorted.set(name, item);
  return sorted;
}

const SPECIFIERS = ["def", "over", "class"] as const;
const STRUCTURE: ReadonlySet<string> = new Set([
  "primChildren",
  "properties",
  "variantSetChildren",
  "variantChildren",
  "targetChildren",
  "connectionChildren",
  "subLayers",
  "subLayerOffsets",
]);

function fillPrim(prim: PrimDraft, fields: Fields): void {
  for (const [name, value] of fields)
    switch (name) {
      case "specifier":
        prim.specifier = SPECIFIERS[Number(value)] ?? "over";
        break;
      case "typeName":
        prim.typeName = String(value);
        break;
      case "references":
        prim.references = referencesOf(value);
        break;
      case "payload":
        prim.payloads = referencesOf(value);
        break;
      case "inheritPaths":
        prim.inherits = pathsOf(value);
        break;
      case "specializes":
        prim.specializes = pathsOf(value);
        break;
      case "variantSetNames":
        prim.variantSetNames = tokensOf(value);
        break;
      case "variantSelection":
        prim.variantSelections = value instanceof Map ? (value as Map<string, string>) : undefined;
        break;
      case "primOrder":
        prim.childOrder = namesOf(value);
        break;
      case "propertyOrder":
        prim.propertyOrder = namesOf(value);
        break;
      case "layerRelocates":
      case "relocates":
        if (typeof value === "object" && "relocates" in value) prim.relocates = value.relocates;
        break;
      default:
        metadata(prim.metadata, name, value);
    }
}

function metadata(into: Map<string, Value>, name: string, value: Raw): void {
  if (STRUCTURE.has(name)) return;
  if (name === "permission") into.set(name, value === 1 ? "private" : "public");
  else if (isPlain(value)) into.set(name, value);
  else if (typeof value === "object" && "tokens" in value) into.set(name, { listOp: value.tokens });
  else if (typeof value === "object" && "numbers" in value) into.set(name, { listOp: value.numbers });
}

function referencesOf(value: Raw): ListOp<Reference> | undefined {
  return typeof value === "object" && "references" in value ? value.references : undefined;
}

function pathsOf(value: Raw): ListOp<string> | undefined {
  return typeof value === "object" && "paths" in value ? value.paths : undefined;
}

function tokensOf(value: Raw): ListOp<string> | undefined {
  return typeof value === "object" && "tokens" in value ? value.tokens : undefined;
}

function namesOf(value: Raw): readonly string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}

function subLayersOf(fields: Fields): readonly SubLayer[] {
  const offsets = fields.get("subLayerOffsets");
  const list = typeof offsets === "object" && "offsets" in offsets ? offsets.offsets : [];
  return (namesOf(fields.get("subLayers")) ?? []).map((asset, i) => ({
    asset,
    offset: list[i] ?? NO_OFFSET,
  }));
}

function attribute(name: string, fields: Fields, file: string): AttributeDraft {
  const spec: AttributeDraft = {
    kind: "attribute",
    name,
    typeName: "",
    custom: false,
    uniform: false,
    metadata: new Map(),
  };
  for (const [field, value] of fields)
    if (field === "typeName") spec.typeName = modernTypeName(String(value));
    else if (field === "custom") spec.custom = value === true;
    else if (field === "variability") spec.uniform = value !== 0;
    else if (field === "default") spec.value = isPlain(value) ? value : undefined;
    else if (field === "connectionPaths") spec.connections = pathsOf(value);
    else if (field === "timeSamples")
      spec.timeSamples =
        typeof value === "object" && "samples" in value ? guarded(value.samples, file) : undefined;
    else metadata(spec.metadata, field, value);
  return spec;
}

function relationship(name: string, fields: Fields): RelationshipDraft {
  const spec: RelationshipDraft = {
    kind: "relationship",
    name,
    custom: false,
    uniform: true,
    metadata: new Map(),
  };
  for (const [field, value] of fields)
    if (field === "custom") spec.custom = value === true;
    else if (field === "variability") spec.uniform = value !== 0;
    else if (field === "targetPaths") spec.targets = pathsOf(value);
    else if (value !== BLOCKED) metadata(spec.metadata, field, value);
  return spec;
}
