import fc from "fast-check";
import { expect, test } from "vitest";
import { joinFloats } from "./floats.js";

test("joined parts are the numbers in their order", () => {
  fc.assert(
    fc.property(fc.array(fc.float32Array({ maxLength: 20 }), { maxLength: 8 }), (parts) => {
      expect([...joinFloats(parts)]).toEqual(parts.flatMap((part) => [...part]));
    }),
  );
});
