import { attribute, type StagePrim } from "../usd/index.js";
import { LIMITS } from "../usd/limits.js";
import type { Polygons } from "./polygons.js";
import { normalsOf, perCorner, primvar } from "./primvars.js";
import type { Report } from "./problems.js";
import { numbers, text } from "./read.js";
import { isShape, shapePolygons } from "./shapes.js";

/** Corners of one mesh; real ones stay far below. */
const MOST_CORNERS = 2 ** 27;

export function isGeometry(prim: StagePrim): boolean {
  return prim.typeName === "Mesh" || isShape(prim);
}

/**
 * The faces of a mesh or implicit shape. Undefined, with a problem, where the arrays contradict each other so much
 * that no face can be trusted. `uvName` is the primvar that the material asks for.
 */
export function polygonsOf(
  prim: StagePrim,
  uvName: string | undefined,
  problems: Report,
): Polygons | undefined {
  if (isShape(prim)) return shapePolygons(prim);
  const points = numbers(prim, "points") ?? [];
  const counts = numbers(prim, "faceVertexCounts") ?? [];
  const indices = numbers(prim, "faceVertexIndices") ?? [];
  const damaged = damage(points, counts, indices);
  if (damaged) {
    problems[damaged.code === "usd_mesh_empty" ? "info" : "error"](
      damaged.code,
      prim.path,
      `the mesh ${prim.path} is left out: ${damaged.why}`,
      "Export this mesh again.",
    );
    return undefined;
  }
  const normals = normalsOf(prim);
  const uvs = uvOf(prim, uvName);
  return {
    points,
    counts,
    indices,
    holes: new Set(Array.from(numbers(prim, "holeIndices") ?? [])),
    leftHanded: text(prim, "orientation", "rightHanded") === "leftHanded",
    ...(normals ? { normals: perCorner(normals) } : {}),
    ...(uvs ? { uvs: perCorner(uvs) } : {}),
  };
}

type Damage = { code: string; why: string };

function damage(
  points: ArrayLike<number>,
  counts: ArrayLike<number>,
  indices: ArrayLike<number>,
): Damage | undefined {
  const damaged = (why: string): Damage => ({ code: "usd_mesh_damaged", why });
  if (points.length % 3 !== 0) return damaged(`${points.length} coordinates are not a multiple of 3`);
  if (points.length === 0 || counts.length === 0) return { code: "usd_mesh_empty", why: "it has no faces" };
  if (indices.length > Math.min(MOST_CORNERS, LIMITS.arrayElements))
    return { code: "usd_mesh_too_large", why: `it has ${indices.length} corners` };
  let corners = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] < 0) return damaged(`face ${i} has ${counts[i]} corners`);
    corners += counts[i];
  }
  if (corners !== indices.length)
    return damaged(`its faces have ${corners} corners, but ${indices.length} indices are written`);
  return undefined;
}

/** Names under which exporters store texture coordinates. */
const UV_NAMES = ["st", "UVMap", "uv", "st0", "st_0", "map1", "Texture_uv"];

function uvOf(prim: StagePrim, name: string | undefined): ReturnType<typeof primvar> {
  for (const candidate of name === undefined ? UV_NAMES : [name, ...UV_NAMES]) {
    const type = attribute(prim, `primvars:${candidate}`)?.typeName ?? "";
    if (!/^(?:texCoord2|float2|half2|double2)/.test(type)) continue;
    const found = primvar(prim, candidate);
    if (found) return found;
  }
  return undefined;
}

/** First corner of each face. */
export function faceStarts(polygons: Polygons): Int32Array {
  const starts = new Int32Array(polygons.counts.length);
  let at = 0;
  for (let i = 0; i < starts.length; i++) {
    starts[i] = at;
    at += polygons.counts[i];
  }
  return starts;
}

/** The faces of a material subset and the prim that binds it. */
export type Subset = Readonly<{ prim: StagePrim; faces: ArrayLike<number> }>;

/** Material subsets below a mesh. */
export function subsetsOf(prim: StagePrim): readonly Subset[] {
  return prim.children
    .filter((child) => child.typeName === "GeomSubset" && child.active)
    .filter((child) => text(child, "elementType", "face") === "face")
    .filter((child) => ["", "materialBind"].includes(text(child, "familyName", "")))
    .map((child) => ({ prim: child, faces: numbers(child, "indices") ?? [] }));
}
