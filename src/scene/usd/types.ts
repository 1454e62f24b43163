/** How a value of a declared type is stored. */
export type ValueType = Readonly<{
  base: Base;
  /** Lengths of nested tuples: `[]` scalar, `[3]` vector, `[4, 4]` matrix. */
  dims: readonly number[];
  array: boolean;
}>;

export type Base =
  | "bool"
  | "uchar"
  | "int"
  | "uint"
  | "int64"
  | "uint64"
  | "half"
  | "float"
  | "double"
  | "string"
  | "asset"
  | "path"
  | "opaque";

const SCALARS: Readonly<Record<string, Base>> = {
  bool: "bool",
  uchar: "uchar",
  int: "int",
  uint: "uint",
  int64: "int64",
  uint64: "uint64",
  half: "half",
  float: "float",
  double: "double",
  timecode: "double",
  string: "string",
  token: "string",
  asset: "asset",
  pathExpression: "string",
  opaque: "opaque",
  group: "opaque",
};
const SUFFIX: Readonly<Record<string, Base>> = { h: "half", f: "float", d: "double", i: "int" };
/** Names of files before 2014. */
const OLD: Readonly<Record<string, string>> = {
  Point: "point3d",
  PointFloat: "point3f",
  Normal: "normal3d",
  NormalFloat: "normal3f",
  Vector: "vector3d",
  VectorFloat: "vector3f",
  Color: "color3d",
  ColorFloat: "color3f",
  Transform: "matrix4d",
  Frame: "frame4d",
  PointIndex: "int",
  EdgeIndex: "int",
  FaceIndex: "int",
};

/** The present name of a type: `PointFloat[]` → `point3f[]`, `Vec3f` → `float3`. */
export function modernTypeName(name: string): string {
  if (!/^[A-Z]/.test(name)) return name;
  const plain = name.replace(/\[\]$/, "");
  const vector = /^Vec([234])([hfdi])$/.exec(plain);
  const modern = vector
    ? `${SUFFIX[vector[2]]}${vector[1]}`
    : /^(?:Quat[hfd]|Matrix[234]d)$/.test(plain)
      ? plain.toLowerCase()
      : Object.hasOwn(OLD, plain)
        ? OLD[plain]
        : plain;
  return name.endsWith("[]") ? `${modern}[]` : modern;
}

const known = new Map<string, ValueType | undefined>();

/** The storage of a type name such as `point3f[]`; undefined for a name that is not known. */
export function valueType(name: string): ValueType | undefined {
  if (!known.has(name) && known.size < 4096) known.set(name, lookUp(name));
  return known.has(name) ? known.get(name) : lookUp(name);
}

function lookUp(name: string): ValueType | undefined {
  const array = name.endsWith("[]");
  const element = array ? name.slice(0, -2) : name;
  const scalar = Object.hasOwn(SCALARS, element) ? SCALARS[element] : undefined;
  if (scalar) return { base: scalar, dims: [], array };
  const vector = /^(?:float|double|half|int)([234])$/.exec(element);
  if (vector) return { base: element.slice(0, -1) as Base, dims: [Number(vector[1])], array };
  const role = /^(?:point|normal|vector|color|texCoord)([234])([hfdi])$/.exec(element);
  if (role) return { base: SUFFIX[role[2]], dims: [Number(role[1])], array };
  const quaternion = /^quat([hfd])$/.exec(element);
  if (quaternion) return { base: SUFFIX[quaternion[1]], dims: [4], array };
  const matrix = /^(?:matrix([234])|frame(4))d$/.exec(element);
  if (matrix) {
    const n = Number(matrix[1] ?? matrix[2]);
    return { base: "double", dims: [n, n], array };
  }
  return undefined;
}

/** Numbers in one element. */
export function width(type: ValueType): number {
  return type.dims.reduce((product, n) => product * n, 1);
}
