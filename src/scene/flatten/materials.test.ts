import { afterAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../usd/fixtures/stage.js";
import { codes, materialAt, meshAt, QUAD, round, sceneOf, Z_UP } from "./fixtures/scene.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
const scene = (body: string, more: Record<string, string | Uint8Array> = {}) =>
  sceneOf(scratch.folder, Z_UP + body, { "tex/a.png": PNG, "tex/b.png": PNG, ...more });

const ST = 'texCoord2f[] primvars:st = [(0, 0), (1, 0), (1, 1), (0, 1)] (\n interpolation = "vertex"\n)\n';
const bound = (material: string, more = ""): string =>
  `def Mesh "M"\n{${QUAD}${ST}rel material:binding = </${material}>\n${more}}\n`;
const material = (
  name: string,
  id: string,
  inputs: string,
  rest = "",
  output = "outputs:surface",
): string => `def Material "${name}"
{
    token ${output}.connect = </${name}/S.outputs:surface>
    def Shader "S"
    {
        uniform token info:id = "${id}"
        ${inputs}
        token outputs:surface
    }
    ${rest}
}
`;
const shader = (name: string, id: string, inputs: string): string =>
  `def Shader "${name}"\n{\n uniform token info:id = "${id}"\n ${inputs}\n}\n`;

test("UsdPreviewSurface: values, fallbacks, index of refraction, specular workflow", async () => {
  const read = async (inputs: string) =>
    materialAt(await scene(material("A", "UsdPreviewSurface", inputs) + bound("A")), "/M");
  const full = await read(`color3f inputs:diffuseColor = (0.1, 0.2, 0.3)
float inputs:metallic = 1
float inputs:roughness = 0.2
float inputs:opacity = 0.5
float inputs:clearcoat = 0.75
color3f inputs:emissiveColor = (0, 0, 2)
float inputs:ior = 1`);
  expect(full).toMatchObject({
    metallic: 1,
    opacity: 0.5,
    clearcoat: 0.75,
    emissive: [0, 0, 2],
    specular: 0,
  });
  expect(full.color.map(round)).toEqual([0.1, 0.2, 0.3]);
  const plain = await read("");
  expect(plain).toMatchObject({ color: [0.18, 0.18, 0.18], metallic: 0, roughness: 0.5, opacity: 1 });
  expect(plain.specular).toBeCloseTo(0.5, 6);
  const metal = await read(
    "int inputs:useSpecularWorkflow = 1\ncolor3f inputs:specularColor = (0.9, 0.8, 0.5)",
  );
  expect([metal.metallic, ...metal.color.map(round)]).toEqual([1, 0.9, 0.8, 0.5]);
  const wild = await read(
    "float inputs:roughness = 7\nfloat inputs:metallic = -3\ncolor3f inputs:diffuseColor = (-1, nan, 2)",
  );
  expect(wild).toMatchObject({ roughness: 1, metallic: 0 });
  expect(wild.color.every((c) => c >= 0)).toBe(true);
});

describe("textures", () => {
  const textured = (uv: string, more = "", placed = ""): string =>
    material(
      "A",
      "UsdPreviewSurface",
      `color3f inputs:diffuseColor.connect = </A/T.outputs:rgb>
float inputs:roughness.connect = </A/R.outputs:g>
normal3f inputs:normal.connect = </A/N.outputs:rgb>`,
      `${shader("T", "UsdUVTexture", `asset inputs:file = @tex/a.png@\n token inputs:wrapS = "clamp"\n float4 inputs:fallback = (0.5, 0.25, 0.125, 1)\n float2 inputs:st.connect = </A/${placed || "P"}.outputs:result>\n ${more}`)}
${shader("R", "UsdUVTexture", 'asset inputs:file = @./tex/b.png@\n float4 inputs:scale = (1, 2, 1, 1)\n float4 inputs:bias = (0, 0.1, 0, 0)\n token inputs:sourceColorSpace = "raw"')}
${shader("N", "UsdUVTexture", "asset inputs:file = @tex/b.png@\n float4 inputs:scale = (2, 2, 2, 1)\n float4 inputs:bias = (-1, -1, -1, 0)")}
${shader("P", "UsdPrimvarReader_float2", `string inputs:varname = "${uv}"`)}
${shader("X", "UsdTransform2d", "float2 inputs:in.connect = </A/P.outputs:result>\n float2 inputs:scale = (2, 3)\n float inputs:rotation = 90\n float2 inputs:translation = (10, 20)")}`,
    );

  test("files, channels, scale and bias, wrap, colour space, which coordinates", async () => {
    const other =
      'texCoord2f[] primvars:other = [(5, 5), (6, 5), (6, 6), (5, 6)] (\n interpolation = "vertex"\n)\n';
    const s = await scene(textured("other") + bound("A", other));
    expect(s.problems).toEqual([]);
    const m = materialAt(s, "/M");
    expect(
      s.textures.map((t) => [t.name.split("/").slice(-2).join("/"), t.srgb, t.wrap, t.bytes.length]),
    ).toEqual([
      ["tex/a.png", true, "clamp", 7],
      ["tex/b.png", false, "repeat", 7],
    ]);
    expect(m.colorTexture).toEqual({ texture: 0, channel: "rgb", scale: 1, bias: 0 });
    expect(m.roughnessTexture).toMatchObject({ texture: 1, channel: "g", scale: 2 });
    expect(m.roughnessTexture?.bias).toBeCloseTo(0.1, 6);
    expect(m.normalTexture).toEqual({ texture: 1, channel: "rgb", scale: 2, bias: -1 });
    expect(m.color).toEqual([0.5, 0.25, 0.125]);
    expect(Array.from(meshAt(s, "/M").uvs!.subarray(0, 4))).toEqual([5, 5, 6, 5]);
  });

  test("UsdTransform2d is worked into the coordinates: scale, turn, move", async () => {
    const s = await scene(textured("st", "", "X") + bound("A"));
    // (1, 1) · (2, 3) = (2, 3); by 90°: (−3, 2); moved: (7, 22).
    expect(Array.from(meshAt(s, "/M").uvs!.subarray(4, 6)).map(round)).toEqual([7, 22]);
  });

  test("a missing file: the fallback colour and a problem", async () => {
    const s = await scene(textured("st").replace("tex/a.png", "tex/gone.png") + bound("A"));
    expect(codes(s)).toEqual(["usd_texture_missing"]);
    expect(materialAt(s, "/M").color).toEqual([0.5, 0.25, 0.125]);
    expect(materialAt(s, "/M").colorTexture).toBeUndefined();
    expect(materialAt(s, "/M").roughnessTexture).toBeDefined();
  });

  test("a file outside the scene's folder is not read", async () => {
    const s = await scene(textured("st").replace("tex/a.png", "../../etc/hostname") + bound("A"));
    expect(codes(s)).toEqual(["usd_reference_outside"]);
  });

  test("asset paths are relative to the layer that writes them", async () => {
    const s = await scene(
      `def Scope "Looks" (references = @looks/lib.usda@</L>)\n{\n}\n${bound("Looks/A")}`,
      {
        "looks/lib.usda": `def Scope "L"\n{\n${textured("st").replaceAll("</A/", "</L/A/")}}\n`,
        "looks/tex/a.png": PNG,
        "looks/tex/b.png": PNG,
      },
    );
    expect(s.problems).toEqual([]);
    expect(s.textures.every((t) => t.name.includes("/looks/tex/"))).toBe(true);
  });
});

test("values through the material's interface and through node graphs", async () => {
  const s = await scene(`def Material "A"
{
    color3f inputs:tint = (0.25, 0.5, 0.75)
    token outputs:surface.connect = </A/G.outputs:out>
    def NodeGraph "G"
    {
        color3f inputs:c.connect = </A.inputs:tint>
        token outputs:out.connect = </A/G/S.outputs:surface>
        def Shader "S"
        {
            uniform token info:id = "UsdPreviewSurface"
            color3f inputs:diffuseColor.connect = </A/G.inputs:c>
            token outputs:surface
        }
    }
}
${bound("A")}`);
  expect(materialAt(s, "/M").color).toEqual([0.25, 0.5, 0.75]);
});

describe("other surfaces", () => {
  test("OmniPBR of MDL, with its texture", async () => {
    const s = await scene(`def Material "A"
{
    token outputs:mdl:surface.connect = </A/S.outputs:out>
    def Shader "S"
    {
        uniform token info:implementationSource = "sourceAsset"
        uniform asset info:mdl:sourceAsset = @OmniPBR.mdl@
        uniform token info:mdl:sourceAsset:subIdentifier = "OmniPBR"
        color3f inputs:diffuse_color_constant = (0.5, 0.25, 0)
        float inputs:metallic_constant = 0.75
        float inputs:reflection_roughness_constant = 0.25
        asset inputs:diffuse_texture = @tex/a.png@
        token outputs:out
    }
}
${bound("A")}`);
    expect(s.problems).toEqual([]);
    expect(materialAt(s, "/M")).toMatchObject({
      color: [0.5, 0.25, 0],
      metallic: 0.75,
      roughness: 0.25,
      colorTexture: { channel: "rgb" },
    });
  });

  test("standard_surface, open_pbr and glTF nodes of MaterialX", async () => {
    const standard = await scene(
      material(
        "A",
        "ND_standard_surface_surfaceshader",
        "float inputs:base = 0.5\ncolor3f inputs:base_color = (1, 0.5, 0.25)\nfloat inputs:metalness = 1\nfloat inputs:specular_roughness = 0.75\nfloat inputs:emission = 2\ncolor3f inputs:emission_color = (1, 0, 0)",
        "",
        "outputs:mtlx:surface",
      ) + bound("A"),
    );
    expect(materialAt(standard, "/M")).toMatchObject({
      color: [0.5, 0.25, 0.125],
      metallic: 1,
      roughness: 0.75,
      emissive: [2, 0, 0],
    });
    const open = await scene(
      material("A", "ND_open_pbr_surface_surfaceshader", "float inputs:base_metalness = 0.5") + bound("A"),
    );
    expect(materialAt(open, "/M")).toMatchObject({ metallic: 0.5, color: [0.8, 0.8, 0.8] });
    const gltf = await scene(
      material(
        "A",
        "ND_gltf_pbr_surfaceshader",
        "float inputs:roughness = 0.5\ncolor3f inputs:base_color.connect = </A/I.outputs:out>",
        shader("I", "ND_image_color3", "asset inputs:file = @tex/a.png@"),
      ) + bound("A"),
    );
    expect(materialAt(gltf, "/M")).toMatchObject({
      roughness: 0.5,
      metallic: 1,
      colorTexture: { channel: "rgb" },
    });
  });

  test("unknown shaders, materials without one, bindings to nothing: grey and a problem each", async () => {
    const unknown = await scene(material("A", "MyOwnShader", "") + bound("A"));
    expect(unknown.problems).toMatchObject([
      { code: "usd_material_unknown", severity: "warning", message: expect.stringMatching(/"MyOwnShader"/) },
    ]);
    expect(materialAt(unknown, "/M")).toMatchObject({ name: "A", path: "/A", color: [0.18, 0.18, 0.18] });
    expect(codes(await scene(`def Material "A"\n{\n}\n${bound("A")}`))).toEqual(["usd_material_unknown"]);
    expect(codes(await scene(bound("Nowhere")))).toEqual(["usd_material_missing"]);
    const node = await scene(
      material(
        "A",
        "UsdPreviewSurface",
        "color3f inputs:diffuseColor.connect = </A/O.outputs:out>",
        shader("O", "Noise3D", ""),
      ) + bound("A"),
    );
    expect(codes(node)).toEqual(["usd_shader_unknown"]);
  });

  test("shaders connected in a circle", async () => {
    const s = await scene(
      `def Material "A"\n{\n token outputs:surface.connect = </A.inputs:x>\n token inputs:x.connect = </A.outputs:surface>\n}\n${bound("A")}`,
    );
    expect(codes(s)).toEqual(["usd_material_unknown"]);
  });
});

describe("bindings", () => {
  const looks = ["A", "B", "C"]
    .map((n, i) => material(n, "UsdPreviewSurface", `float inputs:roughness = 0.${i + 1}`))
    .join("");
  const name = async (body: string, at = "/X/M"): Promise<string> =>
    materialAt(await scene(looks + body), at).name;
  const quad = (more = ""): string => `def Mesh "M"\n{${QUAD}${more}}\n`;

  test("the nearest wins, unless an ancestor's is stronger", async () => {
    expect(await name(`def Xform "X"\n{\nrel material:binding = </A>\n${quad()}}\n`)).toBe("A");
    expect(
      await name(
        `def Xform "X"\n{\nrel material:binding = </A>\n${quad("rel material:binding = </B>\n")}}\n`,
      ),
    ).toBe("B");
    const strong = 'rel material:binding = </A> (\n bindMaterialAs = "strongerThanDescendants"\n)\n';
    expect(await name(`def Xform "X"\n{\n${strong}${quad("rel material:binding = </B>\n")}}\n`)).toBe("A");
  });

  test("purposes: preview first, the plain one next, full as a last resort", async () => {
    const full = "rel material:binding:full = </C>\n";
    expect(
      await name(
        `def Xform "X"\n{\n${quad(`${full}rel material:binding = </A>\nrel material:binding:preview = </B>\n`)}}\n`,
      ),
    ).toBe("B");
    expect(await name(`def Xform "X"\n{\n${quad(`${full}rel material:binding = </A>\n`)}}\n`)).toBe("A");
    expect(await name(`def Xform "X"\n{\n${quad(full)}}\n`)).toBe("C");
  });

  test("collections: includes, excludes, before the direct binding of the same prim", async () => {
    const collection = (more: string): string =>
      `def Xform "X"\n{\nrel material:binding = </A>\nrel material:binding:collection:c = [</X.collection:c>, </B>]\nrel collection:c:includes = [</X/In>]\n${more}def Xform "In"\n{\n${quad()}}\n${quad()}}\n`;
    expect(await name(collection(""), "/X/In/M")).toBe("B");
    expect(await name(collection(""), "/X/M")).toBe("A");
    expect(await name(collection("rel collection:c:excludes = [</X/In/M>]\n"), "/X/In/M")).toBe("A");
    expect(
      await name(collection('uniform token collection:c:expansionRule = "explicitOnly"\n'), "/X/In/M"),
    ).toBe("A");
  });
});

test("instances share their material, whatever its path in each", async () => {
  const s = await scene(
    'def Xform "I1" (\n references = @part.usda@</P>\n instanceable = true\n)\n{\n}\ndef Xform "I2" (\n references = @part.usda@</P>\n instanceable = true\n)\n{\n}\n',
    {
      "part.usda": `def Xform "P"\n{\n${material("A", "UsdPreviewSurface", "float inputs:roughness = 0.3").replaceAll("</A/", "</P/A/")}${bound("P/A")}}\n`,
    },
  );
  expect(s.materials).toHaveLength(1);
  expect(materialAt(s, "/I2/M")).toMatchObject({ path: "/I1/A", name: "A" });
});
