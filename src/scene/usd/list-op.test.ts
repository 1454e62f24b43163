import fc from "fast-check";
import { expect, test } from "vitest";
import { applyListOp, reordered } from "./list-op.js";

const apply = (list: string, op: Record<string, string>): string =>
  applyListOp([...list], Object.fromEntries(Object.entries(op).map(([k, v]) => [k, [...v]]))).join("");

test("worked edits", () => {
  expect(apply("abc", { explicit: "xyx" })).toBe("xy");
  expect(apply("abc", { prepended: "cx" })).toBe("cxab");
  expect(apply("abc", { appended: "ax" })).toBe("bcax");
  expect(apply("abc", { deleted: "bz" })).toBe("ac");
  expect(apply("abc", { added: "bx" })).toBe("abcx");
  expect(apply("abc", { deleted: "a", prepended: "x", appended: "b" })).toBe("xcb");
  expect(apply("", { explicit: "" })).toBe("");
});

test("reorder: unnamed items stay behind the named one that they followed", () => {
  expect(reordered([..."abcdef"], [..."da"]).join("")).toBe("defabc");
  expect(reordered([..."xabc"], [..."cb"]).join("")).toBe("xacb");
  expect(reordered([..."abc"], [..."zz"]).join("")).toBe("abc");
});

test("no item twice, none lost by reordering", () => {
  const items = fc.uniqueArray(fc.constantFrom(..."abcdefgh"));
  fc.assert(
    fc.property(items, items, items, items, items, (list, prepended, appended, deleted, ordered) => {
      const out = applyListOp(list, { prepended, appended, deleted, ordered });
      expect(new Set(out).size).toBe(out.length);
      const expected = new Set([...list.filter((i) => !deleted.includes(i)), ...prepended, ...appended]);
      expect(new Set(out)).toEqual(expected);
    }),
  );
});
