import type { StagePrim } from "../usd/index.js";
import type { Polygons } from "./polygons.js";
import { number, text } from "./read.js";

/** Segments around; a circle of 48 is 0.2 % off at most. */
const AROUND = 48;
const ALONG = 24;

const SHAPES: Readonly<Record<string, (prim: StagePrim) => Polygons>> = {
  Cube: (prim) => cube(number(prim, "size", 2)),
  Sphere: (prim) => lathe(arc(number(prim, "radius", 1), 0, -90, 90), 2),
  Cylinder: (prim) => cylinder(number(prim, "radius", 1), number(prim, "radius", 1), prim),
  Cylinder_1: (prim) => cylinder(number(prim, "radiusBottom", 1), number(prim, "radiusTop", 1), prim),
  Cone: (prim) => cylinder(number(prim, "radius", 1), 0, prim),
  Capsule: (prim) => capsule(number(prim, "radius", 0.5), number(prim, "radius", 0.5), prim),
  Capsule_1: (prim) => capsule(number(prim, "radiusBottom", 0.5), number(prim, "radiusTop", 0.5), prim),
  Plane: plane,
};

export function isShape(prim: StagePrim): boolean {
  return Object.hasOwn(SHAPES, prim.typeName);
}

/** The polygons of an implicit shape with the schema's fallbacks, normals per corner. */
export function shapePolygons(prim: StagePrim): Polygons {
  return SHAPES[prim.typeName](prim);
}

/** A polygon list under construction: flat faces, or points shared by smooth ones. */
type Draft = { points: number[]; normals: number[]; counts: number[]; indices: number[] };

const draft = (): Draft => ({ points: [], normals: [], counts: [], indices: [] });

function finish(d: Draft): Polygons {
  return {
    points: Float32Array.from(d.points),
    counts: Int32Array.from(d.counts),
    indices: Int32Array.from(d.indices),
    holes: new Set(),
    leftHanded: false,
    normals: { values: Float32Array.from(d.normals), of: (_corner, point) => point },
  };
}

function cube(size: number): Polygons {
  const h = size / 2;
  const d = draft();
  for (let axis = 0; axis < 3; axis++)
    for (const side of [-1, 1]) {
      const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
      const first = d.points.length / 3;
      for (const [s, t] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ]) {
        const p = [0, 0, 0];
        p[axis] = side * h;
        p[u] = s * h * side;
        p[v] = t * h;
        d.points.push(...p);
        d.normals.push(...[0, 1, 2].map((i) => (i === axis ? side : 0)));
      }
      d.counts.push(4);
      d.indices.push(first, first + 1, first + 2, first + 3);
    }
  return finish(d);
}

function plane(prim: StagePrim): Polygons {
  const [w, l] = [number(prim, "width", 2) / 2, number(prim, "length", 2) / 2];
  const axis = axisOf(prim);
  // Width lies along X (along Z for a plane facing X), length along Y (along Z for a plane facing Y).
  const [u, v] = axis === 2 ? [0, 1] : axis === 1 ? [0, 2] : [2, 1];
  const flip = axis === 2 ? 1 : -1;
  const d = draft();
  for (const [s, t] of [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ]) {
    const p = [0, 0, 0];
    p[u] = s * w * flip;
    p[v] = t * l;
    d.points.push(...p);
    d.normals.push(...[0, 1, 2].map((i) => (i === axis ? 1 : 0)));
  }
  d.counts.push(4);
  d.indices.push(0, 1, 2, 3);
  return finish(d);
}

function axisOf(prim: StagePrim): 0 | 1 | 2 {
  const axis = text(prim, "axis", "Z");
  return axis === "X" ? 0 : axis === "Y" ? 1 : 2;
}

/** A ring of a turned body: radius and height, and the slope of the outline there. */
type Ring = Readonly<{ r: number; z: number; nr: number; nz: number }>;

/** Rings of a circular arc about (0, z) from one angle to another (degrees, 90: top). */
function arc(radius: number, z: number, from: number, to: number): Ring[] {
  return Array.from({ length: ALONG + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / ALONG) * Math.PI) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return { r: Math.max(0, radius * c), z: z + radius * s, nr: c, nz: s };
  });
}

function cylinder(bottom: number, top: number, prim: StagePrim): Polygons {
  const height = number(prim, "height", prim.typeName === "Cylinder_1" ? 2 : 2);
  const h = height / 2;
  const slope = Math.hypot(height, bottom - top) || 1;
  const side = { nr: height / slope, nz: (bottom - top) / slope };
  const rings: Ring[][] = [
    [
      { r: 0, z: -h, nr: 0, nz: -1 },
      { r: bottom, z: -h, nr: 0, nz: -1 },
    ],
    [
      { r: bottom, z: -h, ...side },
      { r: top, z: h, ...side },
    ],
    [
      { r: top, z: h, nr: 0, nz: 1 },
      { r: 0, z: h, nr: 0, nz: 1 },
    ],
  ];
  return lathes(rings, axisOf(prim));
}

function capsule(bottom: number, top: number, prim: StagePrim): Polygons {
  const h = number(prim, "height", 1) / 2;
  return lathes(
    [
      arc(bottom, -h, -90, 0),
      [
        { r: bottom, z: -h, nr: 1, nz: 0 },
        { r: top, z: h, nr: 1, nz: 0 },
      ],
      arc(top, h, 0, 90),
    ],
    axisOf(prim),
  );
}

function lathe(rings: readonly Ring[], axis: 0 | 1 | 2): Polygons {
  return lathes([rings], axis);
}

/** Outlines (bottom to top) turned about an axis. Rings of radius 0 become triangles by losing a corner. */
function lathes(outlines: readonly (readonly Ring[])[], axis: 0 | 1 | 2): Polygons {
  const d = draft();
  const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
  const place = (r: number, angle: number, z: number): number[] => {
    const p = [0, 0, 0];
    p[u] = r * Math.cos(angle);
    p[v] = r * Math.sin(angle);
    p[axis] = z;
    return p;
  };
  for (const rings of outlines) {
    const first = d.points.length / 3;
    for (const ring of rings)
      for (let i = 0; i < AROUND; i++) {
        const angle = (2 * Math.PI * i) / AROUND;
        d.points.push(...place(ring.r, angle, ring.z));
        d.normals.push(...place(ring.nr, angle, ring.nz));
      }
    for (let k = 0; k + 1 < rings.length; k++)
      for (let i = 0; i < AROUND; i++) {
        const [a, b] = [first + k * AROUND + i, first + k * AROUND + ((i + 1) % AROUND)];
        const [c, e] = [b + AROUND, a + AROUND];
        const corners = [a, ...(rings[k].r > 1e-12 ? [b] : []), c, ...(rings[k + 1].r > 1e-12 ? [e] : [])];
        if (corners.length < 3) continue;
        d.counts.push(corners.length);
        d.indices.push(...corners);
      }
  }
  return finish(d);
}
