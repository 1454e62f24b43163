import type { Dictionary, ListOp, TimeSamples, Value } from "./values.js";

/** `layer time = offset + scale · time` of the referenced layer. */
export type LayerOffset = Readonly<{ offset: number; scale: number }>;

/** A reference or payload: prim `path` ("" = default prim) of the layer stack of `asset` ("" = this one). */
export type Reference = Readonly<{ asset: string; path: string; offset: LayerOffset }>;

export type SubLayer = Readonly<{ asset: string; offset: LayerOffset }>;

export type Specifier = "def" | "over" | "class";

export type AttributeSpec = Readonly<{
  kind: "attribute";
  name: string;
  typeName: string;
  custom: boolean;
  uniform: boolean;
  /** Undefined: no opinion. */
  value?: Value;
  timeSamples?: TimeSamples;
  connections?: ListOp<string>;
  metadata: ReadonlyMap<string, Value>;
  row?: number;
}>;

export type RelationshipSpec = Readonly<{
  kind: "relationship";
  name: string;
  custom: boolean;
  uniform: boolean;
  targets?: ListOp<string>;
  metadata: ReadonlyMap<string, Value>;
  row?: number;
}>;

export type PropertySpec = AttributeSpec | RelationshipSpec;

/** What one layer says about one prim or one variant. The pseudo-root has the name "". */
export type PrimSpec = Readonly<{
  name: string;
  specifier: Specifier;
  typeName: string;
  /** `active`, `instanceable`, `kind`, `apiSchemas` and everything else without a field of its own. */
  metadata: ReadonlyMap<string, Value>;
  properties: ReadonlyMap<string, PropertySpec>;
  children: ReadonlyMap<string, PrimSpec>;
  references?: ListOp<Reference>;
  payloads?: ListOp<Reference>;
  inherits?: ListOp<string>;
  specializes?: ListOp<string>;
  variantSetNames?: ListOp<string>;
  variantSelections?: ReadonlyMap<string, string>;
  variantSets: ReadonlyMap<string, ReadonlyMap<string, PrimSpec>>;
  relocates?: readonly Relocate[];
  childOrder?: readonly string[];
  propertyOrder?: readonly string[];
  row?: number;
}>;

/** A prim moved away from `source`; `target` "" removes it. */
export type Relocate = Readonly<{ source: string; target: string }>;

export type Layer = Readonly<{
  /** File name, or `package.usdz[inner.usda]`. */
  file: string;
  /** Pseudo-root: `metadata` is the layer's own (`defaultPrim`, `upAxis`, `metersPerUnit`, …). */
  root: PrimSpec;
  subLayers: readonly SubLayer[];
}>;

export type LayerMetadata = Readonly<{
  defaultPrim?: string;
  upAxis?: string;
  metersPerUnit?: number;
  timeCodesPerSecond?: number;
  framesPerSecond?: number;
  expressionVariables?: Dictionary;
}>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The readers fill a spec while they walk the file; afterwards nobody changes it. */
export type PrimDraft = Mutable<Omit<PrimSpec, "metadata" | "properties" | "children" | "variantSets">> & {
  metadata: Map<string, Value>;
  properties: Map<string, AttributeDraft | RelationshipDraft>;
  children: Map<string, PrimDraft>;
  variantSets: Map<string, Map<string, PrimDraft>>;
};

export type AttributeDraft = Mutable<Omit<AttributeSpec, "metadata">> & { metadata: Map<string, Value> };

export type RelationshipDraft = Mutable<Omit<RelationshipSpec, "metadata">> & {
  metadata: Map<string, Value>;
};

export const NO_OFFSET: LayerOffset = Object.freeze({ offset: 0, scale: 1 });

export function draftPrim(name: string, specifier: Specifier, typeName: string): PrimDraft {
  return {
    name,
    specifier,
    typeName,
    metadata: new Map(),
    properties: new Map(),
    children: new Map(),
    variantSets: new Map(),
  };
}
