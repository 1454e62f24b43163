import { expect, test } from "vitest";
import { secretOf } from "./secrets.js";

test("a key is taken without the blanks at its ends", () => {
  expect(secretOf("X_KEY", "hf_abc\r\n")).toBe("hf_abc");
  expect([undefined, "", " \n"].map((v) => secretOf("X_KEY", v))).toEqual([undefined, undefined, undefined]);
});

test.each(["hf_SEC\nRET", "SEC RET", "SECRETü"])("%j is refused and not repeated", (value) => {
  let thrown: unknown;
  try {
    secretOf("X_KEY", value);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ kind: "usage", code: "key_unusable" });
  expect((thrown as Error).message).toContain("X_KEY");
  expect((thrown as Error).message).not.toContain("SEC");
});
