import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReflowError } from "../../kit/errors.js";
import { child, flag, words } from "./access.js";
import { parseSexpr } from "./sexpr.js";

function fault(text: string): ReflowError {
  try {
    parseSexpr(text, "b.kicad_pcb");
  } catch (error) {
    if (error instanceof ReflowError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("S-expressions", () => {
  test("words, quotes, nesting, places", () => {
    const root = parseSexpr('(a b "c \\"d\\" \\n"\n  (e 1.5 -2)\n\t(f))\n', "x");
    expect(root.name).toBe("a");
    expect(words(root)).toEqual(["b", 'c "d" \n']);
    expect(child(root, "e")).toMatchObject({ items: ["1.5", "-2"], line: 2, column: 3 });
    expect(child(root, "f")).toMatchObject({ items: [], line: 3, column: 2 });
  });

  test("a quote inside of a word is a letter", () => {
    expect(words(parseSexpr('(fp_text user 0.96" (at 1 2) hide)', "x"))).toEqual(["user", '0.96"', "hide"]);
  });

  test("quoted line ends count as lines; embedded data is passed over", () => {
    const root = parseSexpr('(a "x\ny" |KLUv\n(((/QBY|\n (b 1))', "x");
    expect(child(root, "b")).toMatchObject({ line: 4, column: 2 });
  });

  test("byte-order mark and CRLF", () => {
    expect(parseSexpr("\ufeff(a\r\n(b 1)\r\n)\r\n", "x").items).toHaveLength(1);
  });

  test("flags in all spellings", () => {
    const root = parseSexpr("(t hide)", "x");
    expect(flag(root, "hide")).toBe(true);
    expect(flag(parseSexpr("(t (hide yes))", "x"), "hide")).toBe(true);
    expect(flag(parseSexpr("(t (hide no))", "x"), "hide")).toBe(false);
    expect(flag(parseSexpr("(t x)", "x"), "hide")).toBe(false);
  });

  test.each([
    ["", "kicad_empty"],
    ["(a (b 1)", "kicad_truncated"],
    ['(a "b', "kicad_truncated"],
    ["(a |b", "kicad_truncated"],
    ["(a b", "kicad_truncated"],
    ["(a)) ", "kicad_syntax"],
    ["(a) (b)", "kicad_syntax"],
    [")", "kicad_syntax"],
    ["a", "kicad_syntax"],
    ["(".repeat(101), "kicad_too_deep"],
  ])("%j is %s", (text, code) => {
    expect(fault(text).code).toBe(code);
  });

  test("a cut file names the list it was cut in", () => {
    const error = fault("(kicad_pcb\n  (footprint R\n    (at 1 2");
    expect(error.message).toContain("(at …) of line 3");
    expect(error.where).toMatchObject({ file: "b.kicad_pcb", row: 3, column: 12 });
  });

  test("anything gives a tree or a ReflowError", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[()"|a1 \n\\]{0,60}$/), (text) => {
        try {
          parseSexpr(text, "x");
        } catch (error) {
          expect(error).toBeInstanceOf(ReflowError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
