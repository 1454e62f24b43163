import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "./random.js";

describe("seeded", () => {
  test("the same seed gives the same numbers, another seed others", () => {
    const take = (seed: number) =>
      Array.from(
        { length: 5 },
        (
          (r) => () =>
            r.float()
        )(seeded(seed)),
      );
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
  });

  test("a fork does not depend on what was drawn before it", () => {
    const used = seeded(3);
    for (let i = 0; i < 10; i++) used.float();
    expect(used.fork("row", 1).float()).toBe(seeded(3).fork("row", 1).float());
    expect(used.fork("row", 1).float()).not.toBe(used.fork("row", 2).float());
  });

  test("shuffle keeps every item, int stays in range", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (items, n) => {
        const random = seeded(n);
        expect([...random.shuffle(items)].sort()).toEqual([...items].sort());
        expect(random.int(n)).toBeLessThan(n);
      }),
    );
  });

  test("uniform and normal have the moments they should", () => {
    const random = seeded("moments");
    const n = 20_000;
    let uniform = 0;
    let mean = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      uniform += random.float();
      const z = random.normal();
      mean += z;
      square += z * z;
    }
    expect(uniform / n).toBeCloseTo(0.5, 1);
    expect(mean / n).toBeCloseTo(0, 1);
    expect(square / n).toBeCloseTo(1, 1);
  });
});
