import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openScene } from "../flatten/index.js";
import { openStage } from "../usd/index.js";
import {
  crc32,
  double,
  floatTuples,
  formatDouble,
  formatFloat,
  integers,
  type LayerSpec,
  matrix,
  primName,
  quoted,
  quotedList,
  target,
  writeLayer,
  writePackage,
} from "./index.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-usda-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("numbers", () => {
  test("doubles and floats come back, in few digits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(Number(formatDouble(x))).toBe(x === 0 ? 0 : x);
        expect(Math.fround(Number(formatFloat(x)))).toBe(
          Number.isFinite(Math.fround(x)) ? Math.fround(x) + 0 : Number.NaN,
        );
      }),
      { seed: 3, examples: [[0.1], [1e-45], [16777217], [-0]] },
    );
  });

  test("short and special values", () => {
    expect(formatFloat(0.1)).toBe("0.1");
    expect(formatFloat(1 / 3)).toBe("0.33333334");
    expect(formatFloat(-0)).toBe("0");
    expect([Number.NaN, Infinity, -Infinity].map(formatDouble)).toEqual(["nan", "inf", "-inf"]);
  });
});

describe("names", () => {
  test("any text gives an identifier", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (s) => {
        expect(primName(s)).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
      }),
      { seed: 4 },
    );
    expect(primName("SOIC-8_3.9x4.9mm")).toBe("SOIC_8_3_9x4_9mm");
    expect(primName("0603_R")).toBe("_0603_R");
  });

  test("bad and doubled names are refused", () => {
    const layer = (names: string[]): LayerSpec => ({
      metadata: {},
      prims: names.map((name) => ({ specifier: "def" as const, name })),
    });
    expect(() => writeLayer(layer(["a b"]))).toThrow(RangeError);
    expect(() => writeLayer(layer(["a", "a"]))).toThrow(RangeError);
    expect(() => target("World")).toThrow(RangeError);
    expect(() => matrix([1])).toThrow(RangeError);
  });
});

async function read(text: string, name = "x.usda") {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return openStage(file, {});
}

describe("layers are read back", () => {
  test("strings with every kind of sign", async () => {
    const texts = fc.sample(fc.string({ unit: "binary", maxLength: 20 }), { numRuns: 60, seed: 5 });
    const awkward = [
      '"',
      "\\",
      "\n\r\t",
      '"""',
      "\u0000\u0001\u007f",
      "é 漢 \u{1F600}",
      "<a>",
      "'",
      ...texts,
    ];
    const layer: LayerSpec = {
      metadata: { defaultPrim: quoted("P0") },
      prims: awkward.map((text, i) => ({
        specifier: "def",
        type: "Xform",
        name: `P${i}`,
        metadata: { "prepend apiSchemas": quotedList(["SemanticsLabelsAPI:class"]) },
        properties: [{ type: "token[]", name: "semantics:labels:class", value: quotedList([text]) }],
      })),
    };
    const file = path.join(folder, "s.usda");
    await writeFile(file, writeLayer(layer));
    const { scene, problems } = await openScene(file);
    expect(problems).toEqual([]);
    expect(scene?.root.children.map((p) => p.labels.class ?? "")).toEqual(awkward);
  });

  test("a mesh arrives as it was written", async () => {
    const points = [0, 0, 0, 1, 0, 0, 0, 0.333333343, 1e-5];
    const text = writeLayer({
      metadata: { metersPerUnit: double(0.001), upAxis: quoted("Z") },
      prims: [
        {
          specifier: "def",
          type: "Mesh",
          name: "M",
          properties: [
            { type: "int[]", name: "faceVertexCounts", value: integers([3]) },
            { type: "int[]", name: "faceVertexIndices", value: integers([0, 1, 2]) },
            { type: "point3f[]", name: "points", value: floatTuples(points, 3) },
            {
              type: "matrix4d",
              name: "xformOp:transform",
              value: matrix([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 7, 8, 9, 1]),
            },
            { type: "uniform token[]", name: "xformOpOrder", value: quotedList(["xformOp:transform"]) },
          ],
        },
      ],
    });
    const opened = await read(text);
    expect(opened.problems).toEqual([]);
    const { scene } = await openScene(path.join(folder, "x.usda"));
    expect([...(scene?.meshes[0].points ?? [])]).toEqual(points.map(Math.fround));
    expect(scene?.parts[0].world.slice(12, 15)).toEqual([7, 8, 9]);
    expect(scene?.metersPerUnit).toBe(0.001);
  });
});

describe("packages", () => {
  test("crc of the check word", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });

  test("every file begins at a multiple of 64, stored, and the package opens", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,70}$/), fc.uint8Array({ maxLength: 200 })), {
          maxLength: 4,
        }),
        async (more) => {
          const root = writeLayer({
            metadata: { defaultPrim: quoted("W") },
            prims: [{ specifier: "def", type: "Xform", name: "W" }],
          });
          const files = [
            { name: "scene.usda", bytes: new TextEncoder().encode(root) },
            ...more.map(([name, bytes], i) => ({ name: `${i}_${name}.bin`, bytes })),
          ];
          const zip = writePackage(files);
          const view = new DataView(zip.buffer);
          let at = 0;
          for (const f of files) {
            expect(view.getUint32(at, true)).toBe(0x04034b50);
            expect(view.getUint16(at + 8, true)).toBe(0);
            const data = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
            expect(data % 64).toBe(0);
            expect(view.getUint32(at + 14, true)).toBe(crc32(f.bytes));
            expect(zip.slice(data, data + f.bytes.length)).toEqual(f.bytes);
            at = data + f.bytes.length;
          }
          const file = path.join(folder, "p.usdz");
          await writeFile(file, zip);
          const { scene } = await openScene(file);
          expect(scene?.root.children.map((p) => p.name)).toEqual(["W"]);
        },
      ),
      { numRuns: 25, seed: 6 },
    );
  });
});
