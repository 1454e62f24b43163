import { expect, test } from "vitest";
import {
  absolutePath,
  baseName,
  childPath,
  elementCount,
  hasPrefix,
  isRootPrim,
  parentPath,
  primDepth,
  primOf,
  propertyOf,
  replacePrefix,
  stripVariants,
} from "./paths.js";

test("children, parents and names, through variants", () => {
  expect(["/", "/A", "/A{v=x}"].map((p) => childPath(p, "B"))).toEqual(["/B", "/A/B", "/A{v=x}B"]);
  expect(["/A", "/A/B", "/A{v=x}", "/A{v=x}B", "/A{v=x}{w=y}", "/A/B.c", "/"].map(parentPath)).toEqual([
    "/",
    "/A",
    "/A",
    "/A{v=x}",
    "/A{v=x}",
    "/A/B",
    "",
  ]);
  expect(["/A", "/A{v=x}B", "/A{v=x}", "/A.b:c"].map(baseName)).toEqual(["A", "B", "{v=x}", "b:c"]);
});

test("prefixes end at elements", () => {
  expect(hasPrefix("/AB", "/A")).toBe(false);
  expect(["/A", "/A/B", "/A.x", "/A{v=x}B"].every((p) => hasPrefix(p, "/A"))).toBe(true);
  expect(hasPrefix("/A{v=x}B", "/A{v=x}")).toBe(true);
  expect(replacePrefix("/A/B.c", "/A", "/X/Y")).toBe("/X/Y/B.c");
  expect(replacePrefix("/A/B", "/A", "/X{v=x}")).toBe("/X{v=x}B");
  expect(replacePrefix("/A{v=x}B", "/A{v=x}", "/X")).toBe("/X/B");
  expect(replacePrefix("/A", "/", "/X")).toBe("/X/A");
});

test("variants out, counts, properties", () => {
  expect(["/A{v=x}B{w=y}{z=}C", "/A{v=x}", "/A{v=x}.p"].map(stripVariants)).toEqual(["/A/B/C", "/A", "/A.p"]);
  expect(["/", "/A", "/A{v=x}B", "/A/B.c"].map(primDepth)).toEqual([0, 1, 2, 2]);
  expect(elementCount("/A{v=x}B")).toBe(3);
  expect(["/A", "/A/B", "/A{v=x}", "/A.b", "/"].map(isRootPrim)).toEqual([true, false, false, false, false]);
  expect([primOf("/A{v=.x}B.c:d"), propertyOf("/A{v=.x}B.c:d"), propertyOf("/A")]).toEqual([
    "/A{v=.x}B",
    "c:d",
    "",
  ]);
});

test("relative paths", () => {
  const at = (p: string): string => absolutePath(p, "/A/B");
  expect(["..", "../C", ".x", "C.y", "/Z", "../../..", "../.x"].map(at)).toEqual([
    "/A",
    "/A/C",
    "/A/B.x",
    "/A/B/C.y",
    "/Z",
    "/",
    "/A.x",
  ]);
});
