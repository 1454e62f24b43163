import { mkdirSync, symlinkSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prim, scratchFolder, stack, stageOf, value, writeFiles } from "../fixtures/stage.js";
import { openStage } from "../open.js";
import { apiSchemas, connections, metadata, propertyNames, targets, walk } from "../stage.js";

const scratch = scratchFolder();
afterAll(scratch.remove);
let count = 0;
const fresh = (): string => {
  const folder = path.join(scratch.folder, String(count++));
  mkdirSync(folder);
  return folder;
};
const compose = (files: Record<string, string>, options = {}) => stageOf(fresh(), files, options);
const codes = (problems: readonly { code: string }[]): readonly string[] => problems.map((p) => p.code);

describe("strength", () => {
  test("local, inherits, variants, references, payloads, specializes: in this order", async () => {
    const { stage, problems } = await compose({
      "root.usda": `
class "I" { string from = "inherit" }
class "S" { string from = "specialize" }
def "P" (
    inherits = </I>
    specializes = </S>
    references = @ref.usda@</R>
    payload = @pay.usda@</L>
    variantSets = "v"
    variants = { string v = "x" }
)
{
    variantSet "v" = { "x" { string from = "variant" } }
}
`
        .replaceAll("{ string", "{\nstring")
        .replaceAll('" }', '"\n}'),
      "ref.usda": 'def "R"\n{\n string from = "reference"\n}\n',
      "pay.usda": 'def "L"\n{\n string from = "payload"\n}\n',
    });
    expect(problems).toEqual([]);
    expect(stack(stage, "/P")).toEqual([
      "root.usda/P",
      "root.usda/I",
      "root.usda/P{v=x}",
      "ref.usda/R",
      "pay.usda/L",
      "root.usda/S",
    ]);
    expect(value(stage, "/P", "from")).toBe("inherit");
  });

  test("sublayers: the root layer before them, the first before the second", async () => {
    const { stage } = await compose({
      "root.usda": '(\n subLayers = [@a.usda@, @b.usda@]\n)\nover "P"\n{\n int r = 1\n}\n',
      "a.usda": 'over "P"\n{\n int x = 1\n int r = 2\n}\n',
      "b.usda": 'def Xform "P"\n{\n int x = 2\n int y = 3\n}\n',
    });
    expect(stack(stage, "/P")).toEqual(["root.usda/P", "a.usda/P", "b.usda/P"]);
    expect(["r", "x", "y"].map((n) => value(stage, "/P", n))).toEqual([1, 1, 3]);
    expect(prim(stage, "/P")).toMatchObject({ typeName: "Xform", specifier: "def" });
  });

  test("list edits: prepend, append, delete over layers", async () => {
    const { stage } = await compose({
      "root.usda":
        '(\n subLayers = [@a.usda@]\n)\nover "P" (\n prepend apiSchemas = ["C"]\n delete apiSchemas = ["B"]\n)\n{\n prepend rel r = </X>\n}\n',
      "a.usda": 'def "P" (\n append apiSchemas = ["A", "B"]\n)\n{\n rel r = [</Y>, </X>]\n}\ndef "X"\n{\n}\n',
    });
    expect(apiSchemas(prim(stage, "/P"))).toEqual(["C", "A"]);
    expect(targets(prim(stage, "/P"), "r")).toEqual(["/X", "/Y"]);
  });

  test("a specialized prim is weaker than what references say, and implied to the referencing stack", async () => {
    const { stage } = await compose({
      "root.usda":
        'def "M" (\n references = @r.usda@</M>\n)\n{\n}\nover "Base"\n{\n int a = 10\n int b = 20\n}\n',
      "r.usda":
        'def "Base"\n{\n int a = 1\n int b = 2\n}\ndef "M" (\n specializes = </Base>\n)\n{\n int a = 3\n}\n',
    });
    expect(stack(stage, "/M")).toEqual(["root.usda/M", "r.usda/M", "root.usda/Base", "r.usda/Base"]);
    expect([value(stage, "/M", "a"), value(stage, "/M", "b")]).toEqual([3, 20]);
  });
});

describe("arcs", () => {
  test("references: default prim, named prim, the same file, a prim's inside", async () => {
    const { stage, problems } = await compose({
      "root.usda": `
def "A" (references = @lib.usda@)
{
}
def "B" (references = @lib.usda@</Other/Deep>)
{
}
def "C" (references = </Local>)
{
}
def "Local"
{
    def "Child"
    {
        rel up = </Local>
        rel out = </A>
    }
}
`,
      "lib.usda":
        '(\n defaultPrim = "Main"\n)\ndef "Main"\n{\n def "Kid"\n {\n  rel up = </Main.x>\n  rel out = </Other>\n }\n}\ndef "Other" (references = </Main>)\n{\n def "Deep"\n {\n  int d = 4\n }\n}\n',
    });
    expect(problems).toEqual([]);
    expect([...walk(stage.root)].map((p) => p.path)).toEqual([
      "/",
      "/A",
      "/A/Kid",
      "/B",
      "/C",
      "/C/Child",
      "/Local",
      "/Local/Child",
    ]);
    expect(targets(prim(stage, "/A/Kid"), "up")).toEqual(["/A.x"]);
    // Outside the referenced prim nothing can be named, but a reference within the file sees all of it.
    expect(targets(prim(stage, "/A/Kid"), "out")).toEqual([]);
    expect(targets(prim(stage, "/C/Child"), "up")).toEqual(["/C"]);
    expect(targets(prim(stage, "/C/Child"), "out")).toEqual(["/A"]);
    expect(value(stage, "/B", "d")).toBe(4);
  });

  test("a class in a referenced file is overridden by the class in the referencing file", async () => {
    const { stage } = await compose({
      "root.usda": 'def "M" (references = @r.usda@</M>)\n{\n}\nclass "C"\n{\n int a = 2\n}\n',
      "r.usda": 'class "C"\n{\n int a = 1\n}\ndef "M" (inherits = </C>)\n{\n}\n',
    });
    expect(stack(stage, "/M")).toEqual(["root.usda/M", "root.usda/C", "r.usda/M", "r.usda/C"]);
    expect(prim(stage, "/M").specifier).toBe("def");
    expect(prim(stage, "/C").specifier).toBe("class");
  });

  test("variants: selection from outside, nested sets, fallbacks, none", async () => {
    const files = {
      "root.usda":
        'def "M" (\n references = @r.usda@</M>\n variants = {\n  string look = "blue"\n }\n)\n{\n}\ndef "N" (references = @r.usda@</M>)\n{\n}\n',
      "r.usda": `def "M" (
    variantSets = ["look", "free"]
    variants = {
        string look = "red"
    }
)
{
    variantSet "look" = {
        "red" {
            int x = 1
        }
        "blue" (
            variantSets = "deep"
            variants = {
                string deep = "on"
            }
        ) {
            int x = 2
            variantSet "deep" = {
                "on" {
                    def "Only"
                    {
                    }
                }
            }
        }
    }
    variantSet "free" = {
        "a" {
            int y = 7
        }
    }
}
`,
    };
    const { stage } = await compose(files);
    expect([value(stage, "/M", "x"), value(stage, "/N", "x"), value(stage, "/M", "y")]).toEqual([
      2,
      1,
      undefined,
    ]);
    expect(prim(stage, "/M").children.map((c) => c.name)).toEqual(["Only"]);
    const chosen = await compose(files, { variantFallbacks: { free: ["zzz", "a"] } });
    expect(value(chosen.stage, "/M", "y")).toBe(7);
  });

  test("payloads can be left out", async () => {
    const files = {
      "root.usda": 'def "A" (payload = @p.usda@</P>)\n{\n}\ndef "B" (payload = @p.usda@</P>)\n{\n}\n',
      "p.usda": 'def "P"\n{\n def "Kid"\n {\n }\n}\n',
    };
    const { stage } = await compose(files, { payloads: (at: string) => at === "/B" });
    expect(prim(stage, "/A").children).toHaveLength(0);
    expect(prim(stage, "/B").children).toHaveLength(1);
  });

  test("instances: what is said about their descendants in place does not count", async () => {
    const { stage } = await compose({
      "root.usda": `def "I" (
    instanceable = true
    references = @r.usda@</R>
)
{
    int own = 1
    over "Kid"
    {
        int x = 9
    }
    def "Extra"
    {
    }
}
def "Plain" (references = @r.usda@</R>)
{
    over "Kid"
    {
        int x = 9
    }
}
def "Alone" (instanceable = true)
{
    def "Kid"
    {
    }
}
`,
      "r.usda": 'def "R"\n{\n def "Kid"\n {\n  int x = 1\n  rel me = </R/Kid>\n }\n}\n',
    });
    expect(value(stage, "/I/Kid", "x")).toBe(1);
    expect(value(stage, "/Plain/Kid", "x")).toBe(9);
    expect(value(stage, "/I", "own")).toBe(1);
    expect(prim(stage, "/I").children.map((c) => c.name)).toEqual(["Kid"]);
    expect([prim(stage, "/I").instance, prim(stage, "/I/Kid").proxy]).toEqual([true, true]);
    expect(prim(stage, "/Alone").instance).toBe(false);
    expect(targets(prim(stage, "/I/Kid"), "me")).toEqual(["/I/Kid"]);
  });

  test("relocates move a referenced prim, and targets follow", async () => {
    const { stage, problems } = await compose({
      "root.usda":
        '(\n relocates = {\n  </M/Rig/Arm> : </M/Anim/Limb>\n }\n)\ndef "M" (references = @r.usda@</M>)\n{\n over "Anim"\n {\n  over "Limb"\n  {\n   int b = 2\n  }\n }\n}\n',
      "r.usda":
        'def "M"\n{\n def "Rig"\n {\n  def "Arm"\n  {\n   int a = 1\n  }\n  rel arm = </M/Rig/Arm>\n }\n def "Anim"\n {\n }\n}\n',
    });
    expect(problems).toEqual([]);
    expect(prim(stage, "/M/Rig").children).toHaveLength(0);
    expect([value(stage, "/M/Anim/Limb", "a"), value(stage, "/M/Anim/Limb", "b")]).toEqual([1, 2]);
    expect(targets(prim(stage, "/M/Rig"), "arm")).toEqual(["/M/Anim/Limb"]);
  });

  test("offsets of sublayers and references, and different rates", async () => {
    const { stage } = await compose({
      "root.usda":
        '(\n timeCodesPerSecond = 24\n)\ndef "M" (references = @r.usda@</M> (offset = 10; scale = 2))\n{\n}\n',
      "r.usda": "(\n timeCodesPerSecond = 48\n subLayers = [@s.usda@ (offset = 5)]\n)\n",
      "s.usda": '(\n timeCodesPerSecond = 48\n)\ndef "M"\n{\n double x.timeSamples = {\n 0: 1\n }\n}\n',
    });
    expect(prim(stage, "/M").opinions.at(-1)?.offset).toEqual({ offset: 15, scale: 1 });
  });

  test("inactive prims have no children; overs and classes are told apart", async () => {
    const { stage } = await compose({
      "root.usda":
        'def "Off" (active = false)\n{\n def "Kid"\n {\n }\n}\nover "Only"\n{\n}\nclass "C"\n{\n}\n',
    });
    expect(prim(stage, "/Off")).toMatchObject({ active: false, children: [] });
    expect(prim(stage, "/Only").specifier).toBe("over");
    expect(prim(stage, "/C").specifier).toBe("class");
  });

  test("order of children and properties, connections, metadata", async () => {
    const { stage } = await compose({
      "root.usda":
        'def "P" (\n kind = "group"\n references = @r.usda@</P>\n)\n{\n reorder nameChildren = ["z", "b"]\n color3f inputs:c.connect = </P/z.outputs:o>\n def "z"\n {\n }\n}\n',
      "r.usda":
        'def "P" (\n kind = "component"\n)\n{\n int one\n int two\n def "a"\n {\n }\n def "b"\n {\n }\n}\n',
    });
    expect(prim(stage, "/P").children.map((c) => c.name)).toEqual(["a", "z", "b"]);
    expect(propertyNames(prim(stage, "/P"))).toEqual(["one", "two", "inputs:c"]);
    expect(connections(prim(stage, "/P"), "inputs:c")).toEqual(["/P/z.outputs:o"]);
    expect(metadata(prim(stage, "/P"), "kind")).toBe("group");
  });

  test("expressions choose files and variants", async () => {
    const { stage, problems } = await compose({
      "root.usda": `(
    expressionVariables = {
        string WHICH = "b"
        bool ON = false
    }
)
def "P" (references = @'"§{WHICH}.usda"'@</P>)
{
}
def "Q" (references = @'if(§{ON}, "b.usda")'@</P>)
{
}
def "R" (references = @'"§{NONE}"'@</P>)
{
}
`
        .replaceAll("'", "`")
        .replaceAll("§", "$"),
      "b.usda": 'def "P"\n{\n int x = 5\n}\n',
    });
    expect(value(stage, "/P", "x")).toBe(5);
    expect(value(stage, "/Q", "x")).toBe(undefined);
    expect(codes(problems)).toEqual(["usd_bad_expression"]);
  });
});

describe("bad input", () => {
  test("references in a circle: one error with the chain, the rest of the stage stands", async () => {
    const { stage, problems } = await compose({
      "root.usda": 'def "A" (references = @b.usda@</B>)\n{\n int x = 1\n}\ndef "Fine"\n{\n}\n',
      "b.usda": 'def "B" (references = @root.usda@</A>)\n{\n int y = 2\n}\n',
    });
    expect(codes(problems)).toEqual(["usd_cycle"]);
    expect(problems[0].message).toMatch(
      /root\.usda@<\/A> → references .*b\.usda@<\/B> → references .*root\.usda@<\/A>/,
    );
    expect([value(stage, "/A", "x"), value(stage, "/A", "y")]).toEqual([1, 2]);
    expect(prim(stage, "/Fine").active).toBe(true);
  });

  test("a prim that refers to its own child, itself, or inherits in a circle", async () => {
    const { problems } = await compose({
      "root.usda":
        'def "A" (references = </A/B>)\n{\n def "B"\n {\n }\n}\ndef "S" (references = </S>)\n{\n}\nclass "X" (inherits = </Y>)\n{\n}\nclass "Y" (inherits = </X>)\n{\n}\n',
    });
    expect(new Set(codes(problems))).toEqual(new Set(["usd_cycle"]));
    expect(problems.length).toBeGreaterThanOrEqual(3);
  });

  test("sublayers in a circle", async () => {
    const { problems } = await compose({
      "root.usda": "(\n subLayers = [@a.usda@]\n)\n",
      "a.usda": '(\n subLayers = [@root.usda@]\n)\ndef "P"\n{\n}\n',
    });
    expect(codes(problems)).toEqual(["usd_cycle"]);
    expect(problems[0].message).toMatch(/root\.usda → .*a\.usda → .*root\.usda/);
  });

  test("missing files, prims and default prims are each told once", async () => {
    const { stage, problems } = await compose({
      "root.usda":
        'def "A" (references = [@gone.usda@, @lib.usda@</No>, @lib.usda@])\n{\n def "Kid"\n {\n }\n}\ndef "B" (references = @https://x.org/a.usd@</P>)\n{\n}\n',
      "lib.usda": 'def "P"\n{\n}\n',
    });
    expect(codes(problems).toSorted()).toEqual([
      "usd_no_default_prim",
      "usd_reference_missing",
      "usd_reference_remote",
      "usd_unresolved_prim",
    ]);
    expect(problems.every((p) => p.severity === "error" && p.hint !== "" && p.where?.field)).toBe(true);
    expect(prim(stage, "/A/Kid").active).toBe(true);
  });

  test("files outside the search root are not read, by name or by link; a wider root allows them", async () => {
    const folder = fresh();
    await writeFiles(folder, {
      "out/x.usda": '(\n defaultPrim = "X"\n)\ndef "X"\n{\n int x = 1\n}\n',
      "in/root.usda":
        'def "A" (references = @../out/x.usda@)\n{\n}\ndef "B" (references = @link.usda@)\n{\n}\n',
    });
    symlinkSync(path.join(folder, "out/x.usda"), path.join(folder, "in/link.usda"));
    const root = path.join(folder, "in/root.usda");
    const narrow = await openStage(root);
    expect(codes(narrow.problems)).toEqual(["usd_reference_outside", "usd_reference_outside"]);
    const wide = await openStage(root, { searchRoot: folder });
    expect(wide.problems).toEqual([]);
    expect(value(wide.stage!, "/A", "x")).toBe(1);
    expect(value(wide.stage!, "/B", "x")).toBe(1);
  });

  test("a damaged layer is told with its place; the rest of the stage stands", async () => {
    const { stage, problems } = await compose({
      "root.usda": 'def "A" (references = @bad.usda@</P>)\n{\n int x = 1\n}\n',
      "bad.usda": 'def "P"\n{\n int y = what\n}\n',
    });
    expect(problems).toMatchObject([{ code: "usd_syntax", where: { row: 4, column: 10 } }]);
    expect(value(stage, "/A", "x")).toBe(1);
  });

  test("no root layer: no stage", async () => {
    const folder = fresh();
    expect(await openStage(path.join(folder, "none.usda"))).toMatchObject({
      problems: [{ code: "file_missing" }],
    });
    await mkdir(path.join(folder, "d.usda"));
    expect(await openStage(path.join(folder, "d.usda"))).toMatchObject({
      problems: [{ code: "is_a_folder" }],
    });
    await writeFile(path.join(folder, "x.usd"), Uint8Array.of(1, 2, 255, 254));
    const { stage, problems } = await openStage(path.join(folder, "x.usd"));
    expect(stage).toBeUndefined();
    expect(codes(problems)).toEqual(["usd_not_a_layer"]);
  });

  test("arcs with variant selections, offsets of scale 0, MaterialX documents", async () => {
    const { problems } = await compose({
      "root.usda":
        'def "A" (references = </B{v=x}C>)\n{\n}\ndef "D" (references = @l.usda@</P> (scale = 0))\n{\n}\ndef "M" (references = @m.mtlx@</MaterialX>)\n{\n}\n',
      "l.usda": 'def "P"\n{\n}\n',
      "m.mtlx": "<?xml version='1.0'?>",
    });
    expect(codes(problems).toSorted()).toEqual(["usd_bad_offset", "usd_bad_target", "usd_format_unread"]);
  });

  test("long chains of arcs end in an error, not in a broken program", async () => {
    const links = Array.from({ length: 210 }, (_, i) => `def "P${i}" (references = </P${i + 1}>)\n{\n}\n`);
    const inner = Array.from(
      { length: 60 },
      (_, i) => `def "Q${i}"\n{\n def "K" (references = </Q${i + 1}/K>)\n {\n }\n}\n`,
    );
    const { problems } = await compose({
      "root.usda": `class "All"\n{\n}\n${links.join("")}def "P210"\n{\n}\n${inner.join("")}def "Q60"\n{\n def "K"\n {\n }\n}\n`,
    });
    expect(new Set(codes(problems))).toEqual(new Set(["usd_too_many_arcs"]));
  });
});
