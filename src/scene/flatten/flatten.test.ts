import { afterAll, describe, expect, test } from "vitest";
import { invert, multiply } from "../matrix.js";
import { findPrim, walkPrims } from "../prims.js";
import { scratchFolder } from "../usd/fixtures/stage.js";
import { codes, materialAt, meshAt, origin, part, QUAD, round, sceneOf, Z_UP } from "./fixtures/scene.js";
import { openScene } from "./index.js";
import { blackbody } from "./lights.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
const scene = (text: string, more: Record<string, string> = {}) => sceneOf(scratch.folder, text, more);

const mesh = (name: string, more = ""): string => `def Mesh "${name}"\n{${QUAD}\n${more}\n}\n`;
const xform = (name: string, body: string, meta = ""): string =>
  `def Xform "${name}"${meta}\n{\n${body}\n}\n`;
const ops = (list: string, order: string): string => `${list}\nuniform token[] xformOpOrder = [${order}]\n`;

test("a board in miniature: references, instances, labels of both encodings, materials, lights, camera", async () => {
  const s = await scene(
    `(
  defaultPrim = "Board"
  upAxis = "Z"
  metersPerUnit = 0.001
)
def Scope "Looks"
{
  def Material "Green"
  {
    token outputs:surface.connect = </Looks/Green/S.outputs:surface>
    def Shader "S"
    {
      uniform token info:id = "UsdPreviewSurface"
      color3f inputs:diffuseColor = (0, 0.3, 0.1)
      float inputs:roughness = 0.35
      token outputs:surface
    }
  }
}
def Xform "Board" (
  prepend apiSchemas = ["SemanticsLabelsAPI:class"]
)
{
  token[] semantics:labels:class = ["board"]
  rel material:binding = </Looks/Green>
  ${mesh("Pcb")}
  def Xform "R1" (
    prepend references = @part.usda@
  )
  {
    ${ops("double3 xformOp:translate = (5, 6, 1)\nfloat xformOp:rotateZ = 90", '"xformOp:translate", "xformOp:rotateZ"')}
  }
  def Xform "R2" (
    prepend references = @part.usda@
    instanceable = true
  )
  {
  }
}
def DiskLight "L"
{
  float inputs:intensity = 5000
  float inputs:radius = 4
}
def Camera "C"
{
  token projection = "orthographic"
  float horizontalAperture = 97
}
`,
    {
      "part.usda": `(
  defaultPrim = "Part"
)
def Xform "Part"
{
  string semantic:Semantics_x:params:semanticType = "class"
  string semantic:Semantics_x:params:semanticData = "capacitor"
  ${mesh("Body", ops("double3 xformOp:translate = (1, 0, 0)", '"xformOp:translate"'))}
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
  const green = materialAt(s, "/Board/R1/Body");
  expect([green.name, green.path, green.roughness]).toEqual(["Green", "/Looks/Green", Math.fround(0.35)]);
  expect(green.color.map(round)).toEqual([0, 0.3, 0.1]);
  expect(s.lights).toMatchObject([{ kind: "disk", intensity: 5000, radius: 4, coneAngleDeg: 90 }]);
  expect(s.cameras[0]).toMatchObject({ projection: "orthographic", path: "/C" });
  expect(s.cameras[0].horizontalAperture).toBeCloseTo(9.7, 6);
  expect([...walkPrims(s.root)].map((p) => p.path)).toContain("/Looks/Green/S");
});

describe("transforms", () => {
  const placed = async (list: string, order: string): Promise<readonly number[]> =>
    part(
      await scene(
        Z_UP +
          xform(
            "A",
            ops(list, order) + mesh("M", ops("double3 xformOp:translate = (1, 0, 0)", '"xformOp:translate"')),
          ),
      ),
      "/A/M",
    ).world;

  test.each([
    ["float3 xformOp:rotateXYZ = (90, 0, 90)", "xformOp:rotateXYZ", [0, 1, 0]],
    ["float3 xformOp:rotateZYX = (0, 90, 90)", "xformOp:rotateZYX", [0, 1, 0]],
    ["float3 xformOp:rotateYXZ = (0, 90, 90)", "xformOp:rotateYXZ", [0, 0, -1]],
    ["float xformOp:rotateY = 90", "xformOp:rotateY", [0, 0, -1]],
    ["double3 xformOp:scale = (3, 1, 1)", "xformOp:scale", [3, 0, 0]],
    ["quatf xformOp:orient = (0.5, 0, 0, 0.5)", "xformOp:orient", [0, 1, 0]],
    ["double xformOp:translateY = 4", "xformOp:translateY", [1, 4, 0]],
    ["double xformOp:scaleX = 2", "xformOp:scaleX", [2, 0, 0]],
    [
      "matrix4d xformOp:transform = ((0,1,0,0),(-1,0,0,0),(0,0,1,0),(7,8,9,1))",
      "xformOp:transform",
      [7, 9, 9],
    ],
    [
      "double3 xformOp:translate.timeSamples = {\n5: (1, 2, 3),\n6: (9, 9, 9)\n}",
      "xformOp:translate",
      [2, 2, 3],
    ],
  ])("%s", async (list, order, expected) => {
    expect(origin(await placed(list, `"${order}"`))).toEqual(expected);
  });

  test("the first op listed is applied last; a pivot is taken back by its inverse", async () => {
    const pivot = "double3 xformOp:translate:pivot = (1, 0, 0)\nfloat xformOp:rotateZ = 180";
    const order = '"xformOp:translate:pivot", "xformOp:rotateZ", "!invert!xformOp:translate:pivot"';
    expect(origin(await placed(pivot, order))).toEqual([1, 0, 0]);
    const both = "double3 xformOp:translate = (10, 0, 0)\ndouble3 xformOp:scale = (2, 2, 2)";
    expect(origin(await placed(both, '"xformOp:translate", "xformOp:scale"'))).toEqual([12, 0, 0]);
    expect(origin(await placed(both, '"xformOp:scale", "xformOp:translate"'))).toEqual([22, 0, 0]);
  });

  test("resetXformStack forgets the parents, not the up axis", async () => {
    const inner = xform(
      "B",
      ops("double3 xformOp:translate = (1, 2, 3)", '"!resetXformStack!", "xformOp:translate"') + mesh("M"),
    );
    const s = await scene(
      xform("A", ops("double3 xformOp:translate = (100, 0, 0)", '"xformOp:translate"') + inner),
    );
    expect(origin(part(s, "/A/B/M").world)).toEqual([1, -3, 2]);
    const [a, b] = [findPrim(s.root, "/A")!, findPrim(s.root, "/A/B")!];
    expect(multiply(b.local, a.world).map(round)).toEqual(b.world.map(round));
  });

  test("Y up is turned to Z up, the units stay; child.world = child.local · parent.world", async () => {
    const s = await scene(
      xform("A", ops("double3 xformOp:translate = (1, 2, 3)", '"xformOp:translate"') + mesh("M")),
    );
    expect(s.metersPerUnit).toBe(0.01);
    expect(origin(part(s, "/A/M").world)).toEqual([1, -3, 2]);
    for (const prim of walkPrims(s.root))
      for (const child of prim.children)
        expect(multiply(child.local, prim.world).map(round)).toEqual(child.world.map(round));
  });

  test("ops without a usable value are told and count as nothing", async () => {
    const s = await scene(
      Z_UP +
        xform(
          "A",
          ops(
            "double3 xformOp:translate = (nan, 0, 0)\nfloat3 xformOp:scale = (0, 1, 1)",
            '"xformOp:translate", "xformOp:none", "!invert!xformOp:scale"',
          ) + mesh("M"),
        ),
    );
    expect(codes(s)).toEqual(["usd_bad_transform", "usd_bad_transform", "usd_bad_transform"]);
    expect(invert(part(s, "/A/M").world)).toBeDefined();
  });

  test("units that are no length", async () => {
    const s = await scene(`(\n upAxis = "Z"\n metersPerUnit = -1\n)\n${mesh("M")}`);
    expect([s.metersPerUnit, codes(s)]).toEqual([0.01, ["usd_bad_units"]]);
  });
});

test("what is drawn: not classes, overs, inactive prims, guides; proxies and invisible prims only as invisible parts", async () => {
  const s = await scene(
    Z_UP +
      mesh("Plain") +
      mesh("Guide", 'uniform token purpose = "guide"') +
      mesh("Proxy", 'uniform token purpose = "proxy"') +
      mesh("Render", 'uniform token purpose = "render"') +
      mesh("Off").replace('"Off"', '"Off" (active = false)') +
      mesh("Class").replace("def", "class") +
      mesh("Over").replace("def", "over") +
      xform("Hidden", `token visibility = "invisible"\n${mesh("M", 'token visibility = "inherited"')}`),
  );
  expect(s.parts.map((p) => [p.path, p.visible])).toEqual([
    ["/Plain", true],
    ["/Proxy", false],
    ["/Render", true],
    ["/Hidden/M", false],
  ]);
  expect([...walkPrims(s.root)].map((p) => [p.path, p.purpose])).toEqual([
    ["/", "default"],
    ["/Plain", "default"],
    ["/Guide", "guide"],
    ["/Proxy", "proxy"],
    ["/Render", "render"],
    ["/Hidden", "default"],
    ["/Hidden/M", "default"],
  ]);
});

test("labels: both encodings joined, several values, inherited type by type; none is no problem", async () => {
  const s = await scene(
    Z_UP +
      xform(
        "A",
        `token[] semantics:labels:class = ["ic", "whole_component"]
string semantic:x:params:semanticType = "class"
string semantic:x:params:semanticData = "ic"
string semantic:y:params:semanticType = "defect"
string semantic:y:params:semanticData = "shift"
${mesh("M", 'token[] semantics:labels:class = ["solder"]')}
${mesh("N", "token[] semantics:labels:class = []")}`,
      ) +
      mesh("Bare"),
  );
  expect(findPrim(s.root, "/A")?.labels).toEqual({ class: "ic,whole_component", defect: "shift" });
  expect(part(s, "/A/M").labels).toEqual({ class: "solder", defect: "shift" });
  expect(part(s, "/A/N").labels).toEqual({ class: "ic,whole_component", defect: "shift" });
  expect(part(s, "/Bare").labels).toEqual({});
  expect(s.problems).toEqual([]);
});

describe("point instancers", () => {
  const instancer = (more: string): string => `def PointInstancer "V"
{
  ${more}
  rel prototypes = [</V/P>]
  def Xform "P"
  {
    def Cube "C"
    {
      double size = 1
      ${ops("double3 xformOp:translate = (1, 0, 0)", '"xformOp:translate"')}
    }
  }
}
`;

  test("places, turns, scales; invisible and inactive ids; one mesh for all", async () => {
    const s = await scene(
      Z_UP +
        instancer(`point3f[] positions = [(0, 0, 0), (2, 0, 0), (4, 0, 0), (9, 9, 9)]
  int[] protoIndices = [0, 0, 0, 0]
  quath[] orientations = [(1, 0, 0, 0), (0.7071, 0, 0, 0.7071), (1, 0, 0, 0), (1, 0, 0, 0)]
  float3[] scales = [(1, 1, 1), (1, 1, 1), (2, 2, 2), (1, 1, 1)]
  int64[] ids = [10, 11, 12, 13]
  int64[] invisibleIds = [10]`).replace('"V"', '"V" (inactiveIds = [13])'),
    );
    expect(s.problems).toEqual([]);
    expect(s.parts.map((p) => [p.path, p.visible, ...origin(p.world)])).toEqual([
      ["/V/P[0]/C", false, 1, 0, 0],
      ["/V/P[1]/C", true, 2, 1, 0],
      ["/V/P[2]/C", true, 6, 0, 0],
    ]);
    expect(s.meshes.length).toBe(1);
    const proxy = findPrim(s.root, "/V/P[1]");
    expect(proxy?.proxy).toBe(true);
    expect(multiply(proxy!.local, findPrim(s.root, "/V")!.world).map(round)).toEqual(proxy!.world.map(round));
  });

  test("arrays that are too short, bad prototypes, numbers that are none", async () => {
    const s = await scene(
      Z_UP +
        instancer("point3f[] positions = [(0, 0, 0), (nan, 0, 0)]\n  int[] protoIndices = [0, 0, 5, 0, -1]"),
    );
    expect(s.parts.map((p) => p.path)).toEqual(["/V/P[0]/C"]);
    expect(s.problems).toMatchObject([
      { code: "usd_bad_instances", severity: "error", message: expect.stringMatching(/^4 of 5/) },
    ]);
  });

  test("an instancer among its own prototypes is refused", async () => {
    const s = await scene(
      `${Z_UP}def PointInstancer "V"\n{\n point3f[] positions = [(0, 0, 0)]\n int[] protoIndices = [0]\n rel prototypes = [</W>]\n}\ndef Xform "W"\n{\n def PointInstancer "I"\n {\n point3f[] positions = [(0, 0, 0)]\n int[] protoIndices = [0]\n rel prototypes = [</W>]\n }\n}\n`,
    );
    expect(new Set(codes(s))).toEqual(new Set(["usd_cycle"]));
  });

  test("nested ones multiply", async () => {
    const s = await scene(`${Z_UP}def PointInstancer "V"
{
  point3f[] positions = [(0, 0, 0), (10, 0, 0)]
  int[] protoIndices = [0, 0]
  rel prototypes = [</V/In>]
  def PointInstancer "In"
  {
    point3f[] positions = [(0, 1, 0), (0, 2, 0), (0, 3, 0)]
    int[] protoIndices = [0, 0, 0]
    rel prototypes = [</V/In/S>]
    def Sphere "S"
    {
    }
  }
}
`);
    expect(s.parts.map((p) => [p.path, ...origin(p.world)])).toContainEqual(["/V/In[1]/S[2]", 10, 3, 0]);
    expect(s.parts).toHaveLength(6);
  });

  test("absurd numbers of instances are refused", async () => {
    const s = await scene(Z_UP + instancer(`int[] protoIndices = [${"0,".repeat(2_000_001)}]`));
    expect(codes(s)).toEqual(["usd_too_many_instances"]);
  });
});

describe("lights and cameras", () => {
  test("all kinds with the schema's fallbacks, old and new names, shaping", async () => {
    const light = (type: string, body = ""): string => `def ${type} "${type}"\n{\n${body}\n}\n`;
    const s = await scene(
      Z_UP +
        light("DomeLight", "float inputs:intensity = 2\ncolor3f inputs:color = (1, 0.5, 0.25)") +
        light("DistantLight") +
        light(
          "DiskLight",
          "float radius = 3\nfloat inputs:shaping:cone:angle = 120\nfloat inputs:shaping:cone:softness = 0.5\nbool inputs:normalize = 1",
        ) +
        light("RectLight", "float inputs:width = 2\nfloat inputs:exposure = -1") +
        light("SphereLight", 'token visibility = "invisible"') +
        light("CylinderLight", "float inputs:length = 5") +
        light("MeshLight"),
    );
    expect(s.lights.map(({ world: _, ...l }) => l)).toMatchObject([
      { kind: "dome", intensity: 2, color: [1, 0.5, 0.25], exposure: 0, normalize: false },
      { kind: "distant", intensity: 50000, angleDeg: 0.53 },
      { kind: "disk", radius: 3, coneAngleDeg: 120, coneSoftness: 0.5, normalize: true, intensity: 1 },
      { kind: "rect", width: 2, height: 1, exposure: -1, coneAngleDeg: 90, coneSoftness: 0 },
      { kind: "sphere", radius: 0.5, visible: false },
      { kind: "cylinder", radius: 0.5, length: 5 },
    ]);
    expect(codes(s)).toEqual(["usd_light_unknown"]);
  });

  test("colour temperature: warm is red, cold is blue, 6500 K is nearly white; luminance stays 1", () => {
    for (const kelvin of [1500, 2700, 4000, 6500, 10000]) {
      const [r, g, b] = blackbody(kelvin);
      expect(0.2126 * r + 0.7152 * g + 0.0722 * b).toBeCloseTo(1, 9);
    }
    expect(blackbody(2700)[0]).toBeGreaterThan(1.5);
    expect(blackbody(10000)[2]).toBeGreaterThan(1.3);
    for (const channel of blackbody(6504)) expect(Math.abs(channel - 1)).toBeLessThan(0.06);
  });

  test("cameras: tenths of a scene unit become scene units", async () => {
    const s = await scene(
      `${Z_UP}def Camera "C"\n{\n float focalLength = 35\n float focusDistance = 400\n float fStop = 2.8\n}\n`,
    );
    expect(s.cameras[0]).toMatchObject({ projection: "perspective", focalLength: 3.5, focusDistance: 400 });
    expect(s.cameras[0].verticalAperture).toBeCloseTo(1.52908, 5);
  });
});

test("problems of the stage are problems of the scene; a hundred of a kind are counted, not listed", async () => {
  const many = Array.from(
    { length: 120 },
    (_, i) => `def Xform "X${i}" (references = @gone${i}.usda@)\n{\n}\n`,
  ).join("");
  const s = await scene(Z_UP + many + mesh("M"));
  expect(s.parts).toHaveLength(1);
  expect(s.problems).toHaveLength(51);
  expect(s.problems.at(-1)?.message).toBe("70 more of usd_reference_missing");
  expect((await openScene("/none/at/all.usda")).problems).toMatchObject([
    { code: "file_missing", severity: "error" },
  ]);
});

test("meshes and points of the quad come through unchanged", async () => {
  const s = await scene(Z_UP + mesh("M"));
  expect(Array.from(meshAt(s, "/M").triangles)).toEqual([0, 1, 2, 0, 2, 3]);
  expect(meshAt(s, "/M").points).toHaveLength(12);
});
