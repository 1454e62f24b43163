import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReflowError } from "../../../kit/errors.js";
import type { AttributeSpec, PrimSpec } from "../layer.js";
import { BLOCKED, type Value } from "../values.js";
import { parseText } from "./parse.js";

const HEAD = "#usda 1.0\n";

function attribute(declaration: string): AttributeSpec {
  const layer = parseText(`${HEAD}def "P"\n{\n    ${declaration}\n}\n`, "t.usda");
  const [found] = layer.root.children.get("P")!.properties.values();
  return found as AttributeSpec;
}

const value = (type: string, text: string): Value => attribute(`${type} x = ${text}`).value!;

function failure(body: string): { message: string; row?: number; column?: number; code: string } {
  try {
    parseText(HEAD + body, "t.usda");
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    return { message: error.message, code: error.code, row: error.where?.row, column: error.where?.column };
  }
  throw new Error(`accepted: ${body}`);
}

describe("values", () => {
  test("numbers of every base, floats rounded to their precision", () => {
    expect(value("int", "-7")).toBe(-7);
    expect(value("double", "-1.5e-3")).toBe(-0.0015);
    expect(value("float", "0.1")).toBe(Math.fround(0.1));
    expect(value("float", "-inf")).toBe(Number.NEGATIVE_INFINITY);
    expect(value("half", "3.14257")).toBe(3.142578125);
    expect(value("half[]", "[65519, 65520, 2049, 2051, 1e-9]")).toEqual(
      Float32Array.of(65504, Infinity, 2048, 2052, 0),
    );
    expect(value("double", "nan")).toBeNaN();
    expect(value("double", ".5")).toBe(0.5);
    expect(value("uint64", "18446744073709551615")).toBe(2 ** 64);
    expect(value("bool", "1")).toBe(true);
    expect(value("bool", "false")).toBe(false);
  });

  test("tuples and arrays", () => {
    expect(value("float3", "(1, 2.5, -3)")).toEqual([1, 2.5, -3]);
    expect(value("matrix2d", "( (1, 2), (3, 4) )")).toEqual([1, 2, 3, 4]);
    expect(value("quath", "(1, 0, 0, 0)")).toEqual([1, 0, 0, 0]);
    expect(value("point3f[]", "[(1, 2, 3), (4, 5, 6),]")).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(value("int[]", "[1,\n 2 # two\n, 3]")).toEqual(Int32Array.of(1, 2, 3));
    expect(value("token[]", "[\"a\", 'b']")).toEqual(["a", "b"]);
    expect(value("asset[]", "[@a@, @@@b@c@@@]")).toEqual([{ asset: "a" }, { asset: "b@c" }]);
    expect(value("bool[]", "[true, 0]")).toEqual([true, false]);
    expect(value("float3[]", "[]")).toEqual(new Float32Array(0));
  });

  test("strings with escapes, over lines, with quotes inside", () => {
    expect(value("string", String.raw`"a\n\"b\"\\ \x41 \101"`)).toBe('a\n"b"\\ A A');
    expect(value("string", '"""one\n"two" three"""')).toBe('one\n"two" three');
    expect(value("string", '""')).toBe("");
    expect(value("string", "'it\"s'")).toBe('it"s');
  });

  test("None blocks; samples are sorted by time", () => {
    expect(value("float", "None")).toBe(BLOCKED);
    const { timeSamples } = attribute("double x.timeSamples = {\n 2: 20,\n 1: 10,\n 3: None,\n}");
    expect(timeSamples?.times).toEqual([1, 2, 3]);
    expect([0, 1, 2].map((i) => timeSamples?.at(i))).toEqual([10, 20, BLOCKED]);
  });

  test("old type names", () => {
    expect(value("Vec3f", "(1, 2, 3)")).toEqual([1, 2, 3]);
    expect(value("Transform", "((1,0,0,0),(0,1,0,0),(0,0,1,0),(5,6,7,1))")).toHaveLength(16);
  });

  test("round trip of numbers, strings and arrays", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(value("double", String(x))).toBe(Number(String(x)));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true })), (list) => {
        const text = list.map((x) => (x === Infinity ? "inf" : x === -Infinity ? "-inf" : String(x)));
        expect(value("float[]", `[${text.join(", ")}]`)).toEqual(
          Float32Array.from(text, (t) => Number(t.replace("inf", "Infinity"))),
        );
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const quoted = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r");
        expect(value("string", `"${quoted}"`)).toBe(text);
      }),
    );
  });
});

describe("structure", () => {
  const layer = parseText(
    `${HEAD}(
    "a comment"
    doc = "what it is"
    defaultPrim = "World"
    upAxis = "Z"
    subLayers = [
        @./a.usda@ (offset = 10; scale = 0.5),
        @b.usda@
    ]
    relocates = {
        </World/A> : </World/B>,
        </World/C> : <>
    }
)
/* a block
   comment */
def Xform "World" (
    "about"
    active = false; hidden = true
    kind = "component"
    customData = {
        int "1" = 5
        dictionary deep = {
            token[] names = ["x"]
        }
    }
    prepend references = @part.usda@</Part> (
        offset = 3
        customData = {
            bool seen = true
        }
    )
    delete payload = </Other>
    inherits = [</_Class>, <../World/Sibling>]
    variants = {
        string look = "red"
    }
    append variantSets = ["look"]
    add apiSchemas = ["A"]
)
{
    reorder properties = ["b", "a"]
    reorder nameChildren = ["Second"]
    custom uniform token a = "x" (
        doc = "an attribute"
    )
    float b.connect = [<../World.a>, </Other.x>]
    rel r = None
    add rel r = </World/Second>
    varying rel def
    int over = 3
    variantSet "look" = {
        "red" (active = true) {
            def "Inside"
            {
                rel up = <../>
            }
        }
        ".1-x" {
        }
    }
    def "Second" {}
}
over "World2"
{
}
`.replace("<../>", "<..>"),
    "t.usda",
  );
  const world = layer.root.children.get("World") as PrimSpec;

  test("the head of the layer", () => {
    expect(layer.root.metadata.get("comment")).toBe("a comment");
    expect(layer.root.metadata.get("documentation")).toBe("what it is");
    expect(layer.subLayers).toEqual([
      { asset: "./a.usda", offset: { offset: 10, scale: 0.5 } },
      { asset: "b.usda", offset: { offset: 0, scale: 1 } },
    ]);
    expect(layer.root.relocates).toEqual([
      { source: "/World/A", target: "/World/B" },
      { source: "/World/C", target: "" },
    ]);
  });

  test("metadata and arcs of a prim; relative paths come out absolute", () => {
    expect(world.specifier).toBe("def");
    expect(world.row).toBe(18);
    expect(world.metadata.get("active")).toBe(false);
    expect(world.metadata.get("customData")).toEqual(
      new Map<string, unknown>([
        ["1", 5],
        ["deep", new Map([["names", ["x"]]])],
      ]),
    );
    expect(world.references).toEqual({
      prepended: [{ asset: "part.usda", path: "/Part", offset: { offset: 3, scale: 1 } }],
    });
    expect(world.payloads?.deleted?.[0].path).toBe("/Other");
    expect(world.inherits?.explicit).toEqual(["/_Class", "/World/Sibling"]);
    expect(world.variantSelections).toEqual(new Map([["look", "red"]]));
    expect(world.metadata.get("apiSchemas")).toEqual({ listOp: { added: ["A"] } });
    expect(world.childOrder).toEqual(["Second"]);
    expect(world.propertyOrder).toEqual(["b", "a"]);
  });

  test("properties, keywords as names, variants", () => {
    expect([...world.properties.keys()]).toEqual(["a", "b", "r", "def", "over"]);
    const a = world.properties.get("a");
    expect(a).toMatchObject({ custom: true, uniform: true, typeName: "token", value: "x" });
    expect(world.properties.get("b")).toMatchObject({ connections: { explicit: ["/World.a", "/Other.x"] } });
    expect(world.properties.get("r")).toMatchObject({ targets: { explicit: [], added: ["/World/Second"] } });
    const look = world.variantSets.get("look");
    expect([...look!.keys()]).toEqual(["red", ".1-x"]);
    // Targets are scene paths: the variant is no part of them.
    expect(look?.get("red")?.children.get("Inside")?.properties.get("up")).toMatchObject({
      targets: { explicit: ["/World"] },
    });
    expect([...world.children.keys()]).toEqual(["Second"]);
    expect(layer.root.children.get("World2")?.specifier).toBe("over");
  });
});

describe("errors name the place", () => {
  test.each([
    ['def "A"\n{\n    float x = oops\n}\n', 4, 15, /number expected near `oops`/],
    ['def "A"\n{\n    float3 x = (1, 2)\n}\n', 4, 21, /tuple of 3/],
    ['def "A"\n{\n    int x = 1 int y = 2\n}\n', 4, 15, /line end expected/],
    ['def "A"\n{\n    string x = "open\n}\n', 4, 16, /string without end/],
    ['def "A"\n{\n    int x = 3000000000\n}\n', 4, 13, /out of range for int/],
    ['def "A"\n{\n}\ndef "A"\n{\n}\n', 5, 5, /written twice/],
    ['def "A b"\n{\n}\n', 2, 5, /no prim name/],
    ['def "A"\n{\n    int x\n    float x\n}\n', 5, 11, /already of the type int/],
    ['def "A"\n{\n    rel x\n    float x\n}\n', 5, 11, /already a relationship/],
    ['def "A" (\n    active = "yes"\n)\n{\n}\n', 3, 13, /wrong kind of value for active/],
    ['def "A"\n{\n    rel x = </B C>\n}\n', 4, 13, /is no path/],
    ['def "A"\n{\n    int[] x = [1 2]\n}\n', 4, 18, /"," or "\]"/],
    ['what "A"\n{\n}\n', 2, 1, /def, over or class/],
    ['def "A"\n{\n    rel x = [</B>, </B>]\n}\n', 4, 25, /stands twice/],
  ])("%j", (body, row, column, message) => {
    const found = failure(body);
    expect(found.code).toBe("usd_syntax");
    expect([found.row, found.column]).toEqual([row, column]);
    expect(found.message).toMatch(message);
  });

  test("a file that ends in the middle says so", () => {
    expect(failure('def "A"\n{\n    int x = 1\n').message).toMatch(/of \/A expected at the end of the file/);
    expect(failure("(\n  doc = ").message).toMatch(/at the end of the file/);
    expect(failure("/* open").message).toMatch(/comment without end/);
  });

  test("no USD at all", () => {
    expect(() => parseText("hello", "x.usda")).toThrow(/does not begin with/);
    expect(() => parseText("", "x.usda")).toThrow(/does not begin with/);
    expect(parseText("#usda 1.0", "x.usda").root.children.size).toBe(0);
  });

  test("absurd nesting is refused, not run into", () => {
    const deep = 'def "A"\n{\n'.repeat(5000) + "}\n".repeat(5000);
    expect(failure(deep).message).toMatch(/nested too deeply/);
    expect(failure(`(\n x = ${"[".repeat(100_000)}\n)`).message).toMatch(/nested too deeply/);
    expect(failure(`(\n x = ${"(".repeat(100_000)}\n)`).message).toMatch(/nested too deeply/);
    expect(failure(`(\n x = ${"{ dictionary a = ".repeat(10_000)}\n)`).message).toMatch(/nested too deeply/);
  });
});

const SAMPLE = `${HEAD}(
    defaultPrim = "A"
    customLayerData = { string s = "x" }
)
def Xform "A" (
    references = [@a.usda@</B> (offset = 1), </C>]
    variants = { string v = "x" }
)
{
    float3[] p = [(1, 2, 3), (4, 5, 6)] ( interpolation = "vertex" )
    string s = """long
text"""
    double t.timeSamples = { 0: 1, 1: None }
    rel r = [</A>, <B.c>]
    variantSet "v" = { "x" { def "B" { token c.connect = </A.p> } } }
}
`;

test("the sample is right before it is damaged", () => {
  expect(() => parseText(SAMPLE, "s.usda")).not.toThrow();
});

test("cut off at every byte: an error of ours or a shorter layer", () => {
  for (let end = 0; end < SAMPLE.length; end++) ourErrorsOnly(SAMPLE.slice(0, end));
});

test("changed bytes never give any other error", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.nat(SAMPLE.length - 1),
          fc.constantFrom(..."()[]{}<>@\"'\\=,.:;#/\n 01-e", "\u0000", "ü", "def ", "None"),
        ),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
      (changes) => {
        let text = SAMPLE;
        for (const [at, replacement] of changes) text = text.slice(0, at) + replacement + text.slice(at + 1);
        ourErrorsOnly(text);
      },
    ),
    { numRuns: 3000 },
  );
});

function ourErrorsOnly(text: string): void {
  try {
    parseText(text, "s.usda");
  } catch (error) {
    expect(error).toBeInstanceOf(ReflowError);
    const { where, hint } = error as ReflowError;
    expect(hint).not.toBe("");
    expect(where?.file).toBe("s.usda");
  }
}
