import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { recaptured } from "./capture.js";
import { dealRows, type WorkspaceRow } from "./tables.js";

function row(group: number, label: string, i: number): WorkspaceRow {
  return {
    test: "test",
    golden: "golden",
    object: `o${i}`,
    label,
    group: `g${group}`,
    board: "b",
    component: "",
    type: "",
  };
}

describe("dealRows", () => {
  test("each row in one table, groups whole, every table has both classes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 40 }), fc.integer({ min: 0, max: 99 }), (n, seed) => {
        const rows = Array.from({ length: n }, (_, g) => [
          row(g, g % 2 === 0 ? "tombstone" : "shift", 2 * g),
          row(g, "PASS", 2 * g + 1),
        ]).flat();
        const tables = dealRows(rows, seed);
        const all = Object.values(tables).flat();
        expect(new Set(all.map((r) => r.object)).size).toBe(rows.length);
        const homes = new Map<string, string>();
        for (const [name, list] of Object.entries(tables))
          for (const { group } of list) {
            expect(homes.get(group) ?? name).toBe(name);
            homes.set(group, name);
          }
        for (const name of ["train", "validation", "kpi"] as const)
          expect(new Set(tables[name].map((r) => r.label === "PASS")).size).toBe(2);
      }),
    );
  });

  test("too few rows are refused", () => {
    expect(() => dealRows([row(0, "shift", 0), row(1, "PASS", 1)], 1)).toThrow(
      expect.objectContaining({ code: "workspace_one_class" }),
    );
  });
});

test("a second capture is near, not equal, and the same for the same seed", () => {
  const data = new Uint8Array(24 * 16).map((_, i) => 40 + ((i * 5) % 160));
  const picture = { width: 24, height: 16, channels: 1 as const, data };
  const a = recaptured(picture, seeded(3));
  expect(a.data).toEqual(recaptured(picture, seeded(3)).data);
  expect(a.data).not.toEqual(recaptured(picture, seeded(4)).data);
  expect(a.data).not.toEqual(data);
});
