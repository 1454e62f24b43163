import type { KnobScope } from "./flows.js";

/** `[material, defect]` pairs of a taxonomy. */
export type DefectPairs = readonly (readonly [material: string, defect: string])[];

/** `null` is the explicit "no cap" of `crop_max_emit`; a blank text means "as the cookbook says". */
export type KnobValue = string | number | boolean | null | DefectPairs;

export type KnobValues = Readonly<Record<string, KnobValue>>;

/** What a value may be. Ranges are inclusive. */
export type KnobType =
  | Readonly<{
      kind: "name" | "root" | "duration" | "usecase" | "board" | "file" | "path" | "modes" | "bool";
    }>
  | Readonly<{ kind: "pairs" | "cap" | "endpoint" | "text" | "quantity" | "sizes" | "prefix" }>
  | Readonly<{ kind: "int"; min: number; max?: number; also?: readonly number[]; unit?: string }>
  | Readonly<{ kind: "choice"; of: readonly string[] }>
  | Readonly<{ kind: "constant"; value: string }>;

export type Knob = Readonly<{
  name: string;
  type: KnobType;
  scopes: readonly KnobScope[];
  /** Undefined: there is none, the knob must be given where it is required. */
  default?: KnobValue;
  /** Defaults of single scopes that differ. */
  defaults?: Readonly<Partial<Record<KnobScope, KnobValue>>>;
  /** Given or refused: `name` and `dig_url_root` only. */
  required?: true;
  meaning: string;
}>;
