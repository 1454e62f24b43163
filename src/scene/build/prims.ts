import type { TriangleMesh } from "../model.js";
import { MATERIALS, type MaterialName, type MaterialSpec } from "../packages/index.js";
import {
  float,
  floatTuple,
  floatTuples,
  integers,
  matrix,
  type PrimSpec,
  type PropertySpec,
  quoted,
  quotedList,
  target,
  type UsdaValue,
} from "../usda/index.js";

export const LOOKS = "/World/Looks";

/** A row-vector transform: rotated about Z by degrees, then moved. */
export function rotation(degrees: number, at: readonly [number, number, number]): number[] {
  const a = (degrees * Math.PI) / 180;
  const [c, s] = [tidy(Math.cos(a)), tidy(Math.sin(a))];
  return [c, s, 0, 0, -s, c, 0, 0, 0, 0, 1, 0, at[0], at[1], at[2], 1];
}

/** Rounded to 1e-7 so that a file does not carry the noise of sines. */
export function tidy(x: number): number {
  return Math.round(x * 1e7) / 1e7 + 0;
}

export function transform(m: readonly number[]): PropertySpec[] {
  return [
    { type: "matrix4d", name: "xformOp:transform", value: matrix(m.map(tidy)) },
    { type: "uniform token[]", name: "xformOpOrder", value: quotedList(["xformOp:transform"]) },
  ];
}

/** The schemas and properties of a semantic class (UsdSemantics). */
export function labelled(label: string | undefined): { schemas: string[]; properties: PropertySpec[] } {
  if (label === undefined) return { schemas: [], properties: [] };
  return {
    schemas: ["SemanticsLabelsAPI:class"],
    properties: [{ type: "token[]", name: "semantics:labels:class", value: quotedList([label]) }],
  };
}

export function schemas(names: readonly string[]): Record<string, UsdaValue> {
  return names.length === 0 ? {} : { "prepend apiSchemas": quotedList(names) };
}

/** A triangle mesh with its material. Corners that share place and normal become one vertex. */
export function meshPrim(
  name: string,
  mesh: TriangleMesh,
  material: MaterialName,
  o: { label?: string; properties?: readonly PropertySpec[] } = {},
): PrimSpec {
  const { points, normals, indices } = vertices(mesh);
  const semantic = labelled(o.label);
  const properties: PropertySpec[] = [
    { type: "float3[]", name: "extent", value: floatTuples(extentOf(points), 3) },
    {
      type: "int[]",
      name: "faceVertexCounts",
      value: integers(new Uint32Array(indices.length / 3).fill(3)),
    },
    { type: "int[]", name: "faceVertexIndices", value: integers(indices) },
    { type: "point3f[]", name: "points", value: floatTuples(points, 3) },
  ];
  if (normals)
    properties.push({
      type: "normal3f[]",
      name: "normals",
      value: floatTuples(normals, 3),
      metadata: { interpolation: quoted("vertex") },
    });
  properties.push(
    { type: "uniform token", name: "subdivisionScheme", value: quoted("none") },
    { type: "rel", name: "material:binding", value: target(`${LOOKS}/${material}`) },
    ...semantic.properties,
    ...(o.properties ?? []),
  );
  return {
    specifier: "def",
    type: "Mesh",
    name,
    metadata: schemas(["MaterialBindingAPI", ...semantic.schemas]),
    properties,
  };
}

function vertices(mesh: TriangleMesh): { points: number[]; normals?: number[]; indices: number[] } {
  if (!mesh.normals) return { points: Array.from(mesh.points), indices: Array.from(mesh.triangles) };
  const points: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  const seen = new Map<string, number>();
  const n = mesh.normals;
  mesh.triangles.forEach((v, corner) => {
    const p = mesh.points.subarray(3 * v, 3 * v + 3);
    const q = n.subarray(3 * corner, 3 * corner + 3);
    const key = `${p.join()}|${q.join()}`;
    let index = seen.get(key);
    if (index === undefined) {
      index = points.length / 3;
      seen.set(key, index);
      points.push(...p);
      normals.push(...q);
    }
    indices.push(index);
  });
  return { points, normals, indices };
}

function extentOf(points: readonly number[]): number[] {
  const out = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i++) {
    out[i % 3] = Math.min(out[i % 3], points[i]);
    out[3 + (i % 3)] = Math.max(out[3 + (i % 3)], points[i]);
  }
  return out;
}

/** A UsdPreviewSurface material. */
export function materialPrim(name: MaterialName): PrimSpec {
  const m: MaterialSpec = MATERIALS[name];
  const path = `${LOOKS}/${name}`;
  const input = (type: string, key: string, value: UsdaValue): PropertySpec => ({
    type,
    name: `inputs:${key}`,
    value,
  });
  return {
    specifier: "def",
    type: "Material",
    name,
    properties: [
      { type: "token", name: "outputs:surface.connect", value: target(`${path}/Shader.outputs:surface`) },
    ],
    children: [
      {
        specifier: "def",
        type: "Shader",
        name: "Shader",
        properties: [
          { type: "uniform token", name: "info:id", value: quoted("UsdPreviewSurface") },
          input("color3f", "diffuseColor", floatTuple(m.color)),
          input("float", "metallic", float(m.metallic ?? 0)),
          input("float", "roughness", float(m.roughness)),
          ...(m.ior === undefined ? [] : [input("float", "ior", float(m.ior))]),
          ...(m.clearcoat === undefined ? [] : [input("float", "clearcoat", float(m.clearcoat))]),
          ...(m.opacity === undefined ? [] : [input("float", "opacity", float(m.opacity))]),
          { type: "token", name: "outputs:surface" },
        ],
      },
    ],
  };
}

export function scope(name: string, children: readonly PrimSpec[], type = "Scope"): PrimSpec {
  return { specifier: "def", type, name, children };
}
