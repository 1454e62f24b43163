import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { transformPoint } from "../matrix.js";
import type { Mat4, Part, Scene } from "../model.js";
import { findPrim, walkPrims } from "../prims.js";
import { openScene } from "./index.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-flatten-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function scene(text: string, more: Record<string, string> = {}): Promise<Scene> {
  for (const [name, body] of Object.entries(more)) await writeFile(path.join(folder, name), body);
  const file = path.join(folder, "root.usda");
  await writeFile(file, `#usda 1.0\n${text}`);
  const { scene: found, problems } = await openScene(file);
  if (!found) throw new Error(JSON.stringify(problems));
  return found;
}

const part = (s: Scene, at: string): Part => {
  const found = s.parts.find((p) => p.path === at);
  if (!found) throw new Error(`no part ${at}: ${s.parts.map((p) => p.path).join(" ")}`);
  return found;
};
const origin = (m: Mat4): readonly number[] =>
  transformPoint([0, 0, 0], m).map((v) => Math.round(v * 1e6) / 1e6);

const QUAD = `
  int[] faceVertexCounts = [4]
  int[] faceVertexIndices = [0, 1, 2, 3]
  point3f[] points = [(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]
  uniform token subdivisionScheme = "none"
`;
const Z_UP = '(\n  upAxis = "Z"\n  metersPerUnit = 0.001\n)\n';

test("a board in miniature: references, transforms, labels of both encodings, materials, lights, camera", async () => {
  const s = await scene(
    `(
  defaultPrim = "Board"
  upAxis = "Z"
  metersPerUnit = 0.001
)
def Scope "Looks" {
  def Material "Green" {
    token outputs:surface.connect = </Looks/Green/S.outputs:surface>
    def Shader "S" {
      uniform token info:id = "UsdPreviewSurface"
      color3f inputs:diffuseColor = (0, 0.3, 0.1)
      float inputs:roughness = 0.35
      token outputs:surface
    }
  }
}
def Xform "Board" (prepend apiSchemas = ["SemanticsLabelsAPI:class"]) {
  token[] semantics:labels:class = ["board"]
  rel material:binding = </Looks/Green>
  def Mesh "Pcb" {${QUAD}}
  def Xform "R1" (prepend references = @part.usda@) {
    double3 xformOp:translate = (5, 6, 1)
    float xformOp:rotateZ = 90
    uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateZ"]
  }
  def Xform "R2" (prepend references = @part.usda@ instanceable = true) {}
}
def DiskLight "L" { float inputs:intensity = 5000 float inputs:radius = 4 }
def Camera "C" { token projection = "orthographic" float horizontalAperture = 97 }
`
      .replaceAll(") {}", ") {\n}")
      .replace(" instanceable", "\n instanceable")
      .replace("5000 float", "5000\nfloat")
      .replace('"orthographic" float', '"orthographic"\nfloat'),
    {
      "part.usda": `#usda 1.0
(defaultPrim = "Part")
def Xform "Part" {
  string semantic:Semantics_x:params:semanticType = "class"
  string semantic:Semantics_x:params:semanticData = "capacitor"
  def Mesh "Body" {${QUAD}
    double3 xformOp:translate = (1, 0, 0)
    uniform token[] xformOpOrder = ["xformOp:translate"]
  }
}
`,
    },
  );
  expect(s.problems).toEqual([]);
  expect(s.metersPerUnit).toBe(0.001);
  expect(s.parts.map((p) => [p.path, p.labels.class])).toEqual([
    ["/Board/Pcb", "board"],
    ["/Board/R1/Body", "capacitor"],
    ["/Board/R2/Body", "capacitor"],
  ]);
  // Turned by 90° about Z, then moved: the body's (1, 0, 0) lies at (5, 7, 1).
  expect(origin(part(s, "/Board/R1/Body").world)).toEqual([5, 7, 1]);
  expect(part(s, "/Board/R1/Body").mesh).toBe(part(s, "/Board/R2/Body").mesh);
  expect(findPrim(s.root, "/Board/R2/Body")?.proxy).toBe(true);
  expect(findPrim(s.root, "/Board/R1/Body")?.proxy).toBe(false);
  expect(findPrim(s.root, "/Board/R1")?.labels).toEqual({ class: "capacitor" });
  expect(findPrim(s.root, "/Board/R1/Body")?.labels).toEqual({});
  const green = s.materials[part(s, "/Board/R1/Body").material];
  expect([green.name, green.roughness, ...green.color.map((c) => Math.round(c * 100) / 100)]).toEqual([
    "Green",
    Math.fround(0.35),
    0,
    0.3,
    0.1,
  ]);
  expect(s.lights).toMatchObject([{ kind: "disk", intensity: 5000, radius: 4, coneAngleDeg: 90 }]);
  expect(s.cameras[0].projection).toBe("orthographic");
  expect(s.cameras[0].horizontalAperture).toBeCloseTo(9.7, 6);
  expect([...walkPrims(s.root)].map((p) => p.path)).toContain("/Looks/Green/S");
});

test("Y up is turned to Z up; the units stay", async () => {
  const s = await scene(`def Xform "A" {\n def Mesh "M" {${QUAD}
    double3 xformOp:translate = (1, 2, 3)
    uniform token[] xformOpOrder = ["xformOp:translate"]
  }\n}`);
  expect(s.metersPerUnit).toBe(0.01);
  expect(origin(part(s, "/A/M").world)).toEqual([1, -3, 2]);
});

test("point instances, invisible ids, nested prototypes", async () => {
  const s = await scene(`${Z_UP}def PointInstancer "V" {
  point3f[] positions = [(0, 0, 0), (2, 0, 0), (4, 0, 0)]
  int[] protoIndices = [0, 0, 0]
  quath[] orientations = [(1, 0, 0, 0), (0.7071, 0, 0, 0.7071), (1, 0, 0, 0)]
  float3[] scales = [(1, 1, 1), (1, 1, 1), (2, 2, 2)]
  int64[] invisibleIds = [0]
  rel prototypes = [</V/P>]
  def Xform "P" {
    def Cube "C" {
      double size = 1
      double3 xformOp:translate = (1, 0, 0)
      uniform token[] xformOpOrder = ["xformOp:translate"]
    }
  }
}`);
  expect(
    s.parts.map((p) => [p.path, p.visible, ...origin(p.world).map((v) => Math.round(v * 100) / 100)]),
  ).toEqual([
    ["/V/P[0]/C", false, 1, 0, 0],
    ["/V/P[1]/C", true, 2, 1, 0],
    ["/V/P[2]/C", true, 6, 0, 0],
  ]);
  expect(s.meshes.length).toBe(1);
});
