import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReflowError } from "../../../kit/errors.js";
import { lz4, packIntegers, sink } from "../fixtures/crate-bytes.js";
import { writeCrate } from "../fixtures/crate-writer.js";
import type { Layer, PrimSpec, PropertySpec } from "../layer.js";
import { parseText } from "../text/parse.js";
import { bytesOf, half } from "./bytes.js";
import { packedIntegers } from "./integers.js";
import { unpack } from "./lz4.js";
import { parseCrate } from "./parse.js";

const SCENE = `#usda 1.0
(
    defaultPrim = "World"
    metersPerUnit = 0.001
    subLayers = [@./a.usda@, @b.usdc@]
    customLayerData = {
        string tool = "x"
        dictionary inner = {
            double size = 2.5
        }
    }
)

class "_Class"
{
}

def Xform "World" (
    prepend apiSchemas = ["SemanticsLabelsAPI:class", "MaterialBindingAPI"]
    kind = "assembly"
    active = true
    instanceable = false
    prepend references = [@./part.usda@</Part> (offset = 10; scale = 2), </_Class>]
    payload = @big.usdc@</Big>
    prepend inherits = </_Class>
    specializes = </_Class>
    prepend variantSets = ["look", "size"]
    variants = {
        string look = "red"
    }
)
{
    custom int[] counts = [1, 2, 3, -4, 5, 100000, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, -2000000000]
    uint[] big = [4294967295, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    int64[] ids = [9007199254740991, -9007199254740991, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    float[] whole = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    float[] table = [0.5, 0.25, 0.5, 0.5, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, inf, nan]
    double[] few = [0.1, 0.2]
    float3[] empty = []
    point3f[] points = [(-1, -1, 0.5), (1, -1, 0), (1e-9, 3e20, 0)]
    quatf[] turns = [(1, 0, 0, 0), (0.5, 0.5, -0.5, 0.5)]
    bool[] flags = [true, false, true]
    string[] words = ["a", "", "ü \\"quoted\\""]
    token[] semantics:labels:class = ["board"]
    asset[] files = [@a.png@, @b.png@]
    asset file = @./x.png@
    bool on = true
    int negative = -7
    uint unsigned = 4000000000
    int64 long = -123456789012
    float small = 0.1
    double exact = 0.1
    float3 unit = (1, -2, 3)
    float3 general = (1.5, -2, 3)
    double3 far = (1000, 2000, 3000)
    int2 pair = (-1, 127)
    quatd turn = (0.5, 0.5, 0.5, 0.5)
    matrix4d diagonal = ( (1, 0, 0, 0), (0, 2, 0, 0), (0, 0, 3, 0), (0, 0, 0, 1) )
    matrix3d other = ( (1, 2, 3), (4, 5, 6), (7, 8, 9) )
    string text = "hello"
    float blocked = None
    float moving.timeSamples = {
        0: 1,
        1.5: None,
        24: 2.5,
    }
    color3f inputs:color.connect = </World/Child.outputs:rgb>
    uniform token[] xformOpOrder = ["xformOp:translate"]
    rel material:binding = </World/Child> (
        bindMaterialAs = "strongerThanDescendants"
    )
    prepend rel list = [</World>, </World/Child.x>]

    variantSet "look" = {
        "red" {
            color3f c = (1, 0, 0)
            def "InRed"
            {
            }
        }
        "blue" (
            kind = "component"
        ) {
        }
    }

    over "Child" (
        hidden = true
        delete references = @gone.usda@</X>
    )
    {
        reorder nameChildren = ["B", "A"]

        def "A"
        {
        }

        def "B"
        {
        }
    }
}
`;

const plain = (layer: Layer): unknown => ({ root: prim(layer.root), subLayers: layer.subLayers });

/** A spec without rows, orders of maps made visible. */
function prim(p: PrimSpec): unknown {
  const { row: _, children, properties, variantSets, metadata, variantSelections, ...rest } = p;
  return {
    ...rest,
    metadata: sorted(metadata),
    variantSelections: variantSelections && sorted(variantSelections),
    children: [...children].map(([name, child]) => [name, prim(child)]),
    properties: [...properties].map(([name, q]) => [name, property(q)]),
    variantSets: [...variantSets].map(([set, v]) => [set, [...v].map(([name, p2]) => [name, prim(p2)])]),
  };
}

function property(q: PropertySpec): unknown {
  const { row: _, metadata, ...rest } = q;
  if (q.kind === "relationship") return { ...rest, metadata: sorted(metadata) };
  const { timeSamples } = q;
  const samples = timeSamples?.times.map((time, i) => [time, timeSamples.at(i)]);
  return { ...rest, metadata: sorted(metadata), timeSamples: samples };
}

function sorted(map: ReadonlyMap<string, unknown>): unknown {
  return [...map]
    .map(([key, value]) => [key, value instanceof Map ? sorted(value) : value])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

describe.each([3, 8] as const)("crate version 0.%i.0", (minor) => {
  const text = parseText(SCENE, "scene");
  const bytes = writeCrate(text, minor);

  test("says what the text layer says", () => {
    expect(plain(parseCrate(bytes, "scene"))).toEqual(plain(text));
  });

  test("cut off at any place: one clear error, or the whole layer", () => {
    for (let end = 0; end < bytes.length; end += Math.ceil(bytes.length / 400)) {
      expect(() => parseCrate(bytes.subarray(0, end), "cut.usdc")).toThrow(ReflowError);
    }
  });

  test("damaged bytes give an error of ours or a layer, never anything else", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const damaged = Uint8Array.from(bytes);
          for (const [at, value] of changes) damaged[at] = value;
          try {
            parseCrate(damaged, "damaged.usdc");
          } catch (error) {
            expect(error).toBeInstanceOf(ReflowError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

test("the error names the file and says what is wrong", () => {
  const bytes = writeCrate(parseText(SCENE, "scene"));
  expect(() => parseCrate(bytes.subarray(0, 60), "cut.usdc")).toThrow(/cut\.usdc/);
  const newer = Uint8Array.from(bytes);
  newer[9] = 99;
  expect(() => parseCrate(newer, "new.usdc")).toThrow(/version 0\.99\.0 is too new/);
});

test("LZ4: what is packed comes out again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(40), (seed, repeats) => {
      const data = Uint8Array.from([
        ...seed,
        ...Array.from({ length: repeats }, () => [...seed.subarray(0, 9)]).flat(),
      ]);
      expect(unpack(lz4(data), data.length)).toEqual(data);
    }),
  );
});

test("LZ4: overlapping matches, several chunks, and blocks that point outside", () => {
  // One literal "a", then a match of 9 bytes one byte back.
  expect([...unpack(Uint8Array.of(0, 0x15, 97, 1, 0, 0x10, 98), 11)]).toEqual([...Array(10).fill(97), 98]);
  expect([...unpack(Uint8Array.of(2, 2, 0, 0, 0, 0x10, 97, 2, 0, 0, 0, 0x10, 98), 2)]).toEqual([97, 98]);
  expect(() => unpack(Uint8Array.of(0, 0x15, 97, 2, 0), 20)).toThrow(/outside/);
  expect(() => unpack(Uint8Array.of(0, 0xf0, 255), 300)).toThrow(/cut off/);
  expect(() => unpack(Uint8Array.of(0, 0x10, 97), 2 ** 30)).toThrow(/cannot hold/);
});

test("packed integers of both widths", () => {
  const read = (values: readonly number[], wide: boolean): number[] => {
    const data = packIntegers(values, wide);
    const s = sink();
    s.u64(data.length);
    s.put(data);
    return Array.from(packedIntegers(bytesOf(s.bytes()), values.length, wide));
  };
  // The example of the format's own description.
  const example = [123, 124, 125, 100125, 100125, 100126, 100126];
  expect(read(example, false)).toEqual(example);
  fc.assert(
    fc.property(fc.array(fc.integer()), (values) => {
      expect(read(values, false)).toEqual(values);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger().map((v) => Math.trunc(v / 4) || 0)), (values) => {
      expect(read(values, true)).toEqual(values);
    }),
  );
});

test("half floats", () => {
  const cases: [number, number][] = [
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x3555, 0.333251953125],
    [0x7c00, Number.POSITIVE_INFINITY],
  ];
  for (const [bits, value] of cases) expect(half(bits)).toBe(value);
  expect(half(0x7e00)).toBeNaN();
});
