/** Text of an asset path as authored, before it is resolved against its layer. */
export type AssetPath = Readonly<{ asset: string }>;

/** A value that was written as a path: `<…>`. */
export type PathValue = Readonly<{ path: string }>;

/** `None`: the opinion that there is no value. */
export const BLOCKED = Symbol("blocked");

export type NumberArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export type Dictionary = ReadonlyMap<string, Value>;

/**
 * A value of a layer. Tuples (vectors, quaternions as `w x y z`, matrices row by row) are plain number arrays; arrays
 * of numbers or tuples are flat typed arrays. 64-bit integers are numbers: exact up to 2^53.
 */
export type Value =
  | typeof BLOCKED
  | boolean
  | number
  | string
  | AssetPath
  | PathValue
  | readonly number[]
  | NumberArray
  | readonly string[]
  | readonly boolean[]
  | readonly AssetPath[]
  | readonly PathValue[]
  | Dictionary
  | ListOpValue;

/** A list-op in generic metadata (`prepend apiSchemas = […]`). */
export type ListOpValue = Readonly<{ listOp: ListOp<string | number> }>;

/** An edit of a list: either replaces it or changes what weaker layers say. */
export type ListOp<T> = Readonly<{
  explicit?: readonly T[];
  added?: readonly T[];
  prepended?: readonly T[];
  appended?: readonly T[];
  deleted?: readonly T[];
  ordered?: readonly T[];
}>;

/** Values at time codes, ascending; a value is decoded when it is asked for. */
export type TimeSamples = Readonly<{ times: readonly number[]; at: (index: number) => Value }>;

export function isAsset(value: unknown): value is AssetPath {
  return typeof value === "object" && value !== null && typeof (value as AssetPath).asset === "string";
}

export function isPath(value: unknown): value is PathValue {
  return typeof value === "object" && value !== null && typeof (value as PathValue).path === "string";
}

export function isListOp(value: unknown): value is ListOpValue {
  return typeof value === "object" && value !== null && "listOp" in value;
}

export function isDictionary(value: unknown): value is Dictionary {
  return value instanceof Map;
}

export function isNumberArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value);
}
