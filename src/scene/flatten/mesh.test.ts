import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { boxOf } from "../box.js";
import { scratchFolder } from "../usd/fixtures/stage.js";
import { codes, materialAt, measure, meshAt, part, QUAD, round, sceneOf, Z_UP } from "./fixtures/scene.js";
import { triangulate } from "./triangulate.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
const scene = (body: string) => sceneOf(scratch.folder, Z_UP + body);
const mesh = (body: string): string => `def Mesh "M"\n{\n${body}\n}\n`;
const faces = (counts: string, indices: string, points: string, more = ""): string =>
  mesh(
    `int[] faceVertexCounts = [${counts}]\nint[] faceVertexIndices = [${indices}]\npoint3f[] points = [${points}]\n${more}`,
  );

describe("faces", () => {
  test("a concave polygon keeps its area and its side", async () => {
    // An L of area 3, and the same seen from below.
    const l = "(0, 0, 0), (2, 0, 0), (2, 1, 0), (1, 1, 0), (1, 2, 0), (0, 2, 0)";
    const up = meshAt(await scene(faces("6", "0, 1, 2, 3, 4, 5", l)), "/M");
    const down = meshAt(await scene(faces("6", "5, 4, 3, 2, 1, 0", l)), "/M");
    expect(measure(up).area).toBeCloseTo(3, 6);
    expect(measure(down).area).toBeCloseTo(3, 6);
    expect([signedZ(up), signedZ(down)].map(round)).toEqual([3, -3]);
  });

  test("a concave quad is cut along the diagonal inside it", async () => {
    const dart = "(0, 0, 0), (2, 0, 0), (0.5, 0.5, 0), (0, 2, 0)";
    for (const order of ["0, 1, 2, 3", "1, 2, 3, 0", "2, 3, 0, 1", "3, 0, 1, 2"]) {
      const m = meshAt(await scene(faces("4", order, dart)), "/M");
      expect(measure(m).area).toBeCloseTo(1, 6);
      expect(signedZ(m)).toBeCloseTo(1, 6);
    }
  });

  test("left-handed meshes are turned over; holes are left out", async () => {
    const left = meshAt(await scene(mesh(`${QUAD}uniform token orientation = "leftHanded"`)), "/M");
    expect(signedZ(left)).toBeCloseTo(-4, 6);
    const two = "(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (2, 0, 0), (2, 1, 0)";
    const s = await scene(faces("4, 4", "0, 1, 2, 3, 1, 4, 5, 2", two, "int[] holeIndices = [1]"));
    expect(measure(meshAt(s, "/M")).area).toBeCloseTo(1, 6);
    expect(boxOf(meshAt(s, "/M").points).max[0]).toBe(1);
    expect(s.problems).toEqual([]);
  });

  test("any simple polygon: n − 2 triangles of the same area", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 1, noNaN: true }), { minLength: 3, maxLength: 12 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (radii, slope) => {
          // A star about the origin on a tilted plane.
          const at = radii.map((r, i) => {
            const angle = (2 * Math.PI * i) / radii.length;
            const [x, y] = [r * Math.cos(angle), r * Math.sin(angle)];
            return [x, y, slope * x] as const;
          });
          const cut = triangulate(at.length, (i) => at[i]);
          expect(cut).toHaveLength(3 * (at.length - 2));
          const area2 = (list: readonly (readonly number[])[]): number =>
            list.reduce((sum, p, i) => {
              const q = list[(i + 1) % list.length];
              return sum + p[0] * q[1] - q[0] * p[1];
            }, 0);
          let sum = 0;
          for (let i = 0; i < cut.length; i += 3) sum += area2([at[cut[i]], at[cut[i + 1]], at[cut[i + 2]]]);
          expect(sum).toBeCloseTo(area2(at), 6);
        },
      ),
    );
  });
});

describe("damage", () => {
  test("degenerate, out-of-range, NaN and short faces are dropped and counted; good ones stay", async () => {
    const s = await scene(
      faces(
        "3, 3, 3, 3, 2",
        "0, 1, 2, 0, 0, 1, 0, 1, 99, 0, 1, 3, 0, 1",
        "(0, 0, 0), (1, 0, 0), (0, 1, 0), (nan, 0, 0)",
      ),
    );
    expect(meshAt(s, "/M").triangles).toHaveLength(3);
    expect(s.problems).toMatchObject([
      { code: "usd_faces_dropped", message: expect.stringMatching(/^4 faces/) },
    ]);
  });

  test.each([
    ["indices missing", faces("4", "0, 1, 2", "(0, 0, 0), (1, 0, 0), (1, 1, 0)"), "usd_mesh_damaged"],
    ["negative counts", faces("-3", "0, 1, 2", "(0, 0, 0), (1, 0, 0), (1, 1, 0)"), "usd_mesh_damaged"],
    [
      "no points",
      mesh("int[] faceVertexCounts = [3]\nint[] faceVertexIndices = [0, 1, 2]"),
      "usd_mesh_empty",
    ],
    ["nothing at all", mesh(""), "usd_mesh_empty"],
    [
      "values of another type",
      mesh('string points = "x"\nint[] faceVertexCounts = [3]\nint[] faceVertexIndices = [0, 1, 2]'),
      "usd_mesh_empty",
    ],
  ])("%s", async (_, body, code) => {
    const s = await scene(`${body}def Mesh "Good"\n{${QUAD}}\n`);
    expect(codes(s)).toEqual([code]);
    expect(s.parts.map((p) => p.path)).toEqual(["/Good"]);
  });

  test("normals that are too short are left out, zero ones replaced", async () => {
    const short = await scene(
      mesh(`${QUAD}normal3f[] normals = [(0, 0, 1)] (\n interpolation = "vertex"\n)`),
    );
    expect(meshAt(short, "/M").normals).toBeUndefined();
    const zero = await scene(
      mesh(`${QUAD}normal3f[] normals = [(0, 0, 0), (0, 0, 5), (0, 0, 1), (0, 0, 1)]`),
    );
    expect(Array.from(meshAt(zero, "/M").normals!.subarray(0, 6))).toEqual([0, 0, 1, 0, 0, 1]);
  });
});

describe("data of corners", () => {
  const st = "texCoord2f[] primvars:st = [(0, 0), (1, 0), (1, 1), (0, 1)] (\n interpolation = ";

  test.each([
    ["vertex", `${st}"vertex"\n)`],
    ["faceVarying", `${st}"faceVarying"\n)`],
    ["varying", `${st}"varying"\n)`],
    [
      "indexed",
      'texCoord2f[] primvars:st = [(0, 1), (1, 1), (1, 0), (0, 0)] (\n interpolation = "faceVarying"\n)\nint[] primvars:st:indices = [3, 2, 1, 0]',
    ],
  ])("texture coordinates: %s", async (_, body) => {
    const m = meshAt(await scene(mesh(QUAD + body)), "/M");
    expect(Array.from(m.uvs!)).toEqual([0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1]);
  });

  test("one normal a face, constant coordinates, blocked indices", async () => {
    const m = meshAt(
      await scene(
        mesh(
          `${QUAD}normal3f[] primvars:normals = [(0, 3, 4)] (\n interpolation = "uniform"\n)\ntexCoord2f[] primvars:st = [(0.5, 0.5)] (\n interpolation = "constant"\n)\nint[] primvars:st:indices = None`,
        ),
      ),
      "/M",
    );
    expect(Array.from(m.normals!.subarray(0, 3)).map(round)).toEqual([0, 0.6, 0.8]);
    expect(new Set(m.uvs!)).toEqual(new Set([0.5]));
  });

  test("indices out of range make the coordinates unusable, not the mesh", async () => {
    const s = await scene(mesh(`${QUAD}${st}"faceVarying"\n)\nint[] primvars:st:indices = [0, 1, 2, 77]`));
    expect(meshAt(s, "/M").uvs).toBeUndefined();
    expect(meshAt(s, "/M").triangles).toHaveLength(6);
  });
});

test("material subsets become parts of one path; faces of none keep the mesh's own material", async () => {
  const look = (name: string, r: number): string =>
    `def Material "${name}"\n{\n token outputs:surface.connect = </${name}/S.outputs:surface>\n def Shader "S"\n {\n  uniform token info:id = "UsdPreviewSurface"\n  color3f inputs:diffuseColor = (${r}, 0, 0)\n  token outputs:surface\n }\n}\n`;
  const points = "(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (2, 0, 0), (2, 1, 0), (3, 0, 0), (3, 1, 0)";
  const subset = (name: string, indices: string, material: string): string =>
    `def GeomSubset "${name}"\n{\n uniform token elementType = "face"\n uniform token familyName = "materialBind"\n int[] indices = [${indices}]\n rel material:binding = </${material}>\n}\n`;
  const s = await scene(
    look("A", 0.25) +
      look("B", 0.5) +
      look("Own", 0.75) +
      faces(
        "4, 4, 4",
        "0, 1, 2, 3, 1, 4, 5, 2, 4, 6, 7, 5",
        points,
        `rel material:binding = </Own>\n${subset("one", "0", "A")}${subset("two", "2, 0, 9", "B")}`,
      ),
  );
  expect(
    s.parts.map((p) => [p.path, s.materials[p.material].name, boxOf(s.meshes[p.mesh].points).min[0]]),
  ).toEqual([
    ["/M", "A", 0],
    ["/M", "B", 2],
    ["/M", "Own", 1],
  ]);
  // The face that two subsets name goes to the first; one that does not exist is told.
  expect(codes(s)).toEqual(["usd_faces_dropped"]);
});

describe("implicit shapes", () => {
  test.each([
    ["Cube", "double size = 3", 27, 54],
    ["Sphere", "double radius = 2", (32 / 3) * Math.PI, 16 * Math.PI],
    ["Cylinder", "double radius = 1\ndouble height = 4", 4 * Math.PI, 10 * Math.PI],
    ["Cone", "double radius = 1\ndouble height = 3", Math.PI, Math.PI * (1 + Math.sqrt(10))],
    ["Capsule", "double radius = 1\ndouble height = 2", (10 / 3) * Math.PI, 8 * Math.PI],
  ])("%s: volume and surface", async (type, body, volume, area) => {
    for (const axis of ["X", "Y", "Z"]) {
      const s = await scene(`def ${type} "S"\n{\n${body}\nuniform token axis = "${axis}"\n}\n`);
      const measured = measure(meshAt(s, "/S"));
      // Polygons with their corners on the shape: a little less than it.
      expect(measured.volume / volume).toBeGreaterThan(0.985);
      expect(measured.volume / volume).toBeLessThan(1.000001);
      expect(measured.area / area).toBeGreaterThan(0.985);
      expect(s.problems).toEqual([]);
    }
  });

  test("the axis is where the shape is long; planes face it", async () => {
    const s = await scene(
      'def Cylinder "C"\n{\ndouble height = 10\nuniform token axis = "X"\n}\ndef Plane "P"\n{\nuniform token axis = "Y"\ndouble width = 4\n}\n',
    );
    expect(boxOf(meshAt(s, "/C").points).max.map(round)).toEqual([5, 1, 1]);
    expect(boxOf(meshAt(s, "/P").points).max.map(round)).toEqual([2, 0, 1]);
    expect(Array.from(meshAt(s, "/P").normals!.subarray(0, 3))).toEqual([0, 1, 0]);
    const [a, b, c] = [0, 1, 2].map((i) => meshAt(s, "/P").points.subarray(3 * meshAt(s, "/P").triangles[i]));
    expect((b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2])).toBeGreaterThan(0);
  });

  test("normals point outwards", async () => {
    const { points, normals, triangles } = meshAt(await scene('def Sphere "S"\n{\n}\n'), "/S");
    for (let i = 0; i < triangles.length; i += 7)
      for (let c = 0; c < 3; c++) expect(normals![3 * i + c]).toBeCloseTo(points[3 * triangles[i] + c], 5);
  });
});

test("displayColor: own, inherited, averaged; grey without it", async () => {
  const s = await scene(
    `def Xform "X"\n{\n color3f[] primvars:displayColor = [(1, 0, 0)]\n def Cube "C"\n {\n }\n def Cube "D"\n {\n color3f[] primvars:displayColor = [(0, 1, 0), (0, 0, 1)] (\n interpolation = "uniform"\n )\n float[] primvars:displayOpacity = [0.5]\n }\n}\ndef Cube "G"\n{\n}\n`,
  );
  expect(materialAt(s, "/X/C").color).toEqual([1, 0, 0]);
  expect(materialAt(s, "/X/D")).toMatchObject({ color: [0, 0.5, 0.5], opacity: 0.5 });
  expect(materialAt(s, "/G").color).toEqual([0.18, 0.18, 0.18]);
  expect(part(s, "/X/C").mesh).not.toBe(-1);
});

function signedZ({ points, triangles }: { points: Float32Array; triangles: Uint32Array }): number {
  let sum = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => points.subarray(3 * triangles[i + k]));
    sum += ((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
  }
  return sum;
}
