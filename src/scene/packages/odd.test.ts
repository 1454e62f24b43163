import fc from "fast-check";
import { expect, test } from "vitest";
import type { Family, Pad } from "../board/board.js";
import { circle, rectangle } from "../shape/index.js";
import { buildModel, localPads, recognise, turnPads, variantsOf } from "./index.js";

const FAMILIES: readonly (Family | undefined)[] = [
  ...([
    "resistor",
    "capacitor",
    "inductor",
    "led",
    "diode",
    "tantalum",
    "electrolytic",
    "sot",
    "soic",
  ] as const),
  ...(["qfp", "qfn", "bga", "crystal", "connector", "header", "button", "through_hole"] as const),
  undefined,
];

const pad = fc.record({
  x: fc.double({ min: -8, max: 8, noNaN: true }),
  y: fc.double({ min: -8, max: 8, noNaN: true }),
  w: fc.double({ min: 0, max: 3, noNaN: true }),
  h: fc.double({ min: 0, max: 3, noNaN: true }),
  drill: fc.option(fc.double({ min: 0.2, max: 2, noNaN: true }), { nil: undefined }),
  round: fc.boolean(),
});

test("any pads under any family give finite meshes within reach", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FAMILIES),
      fc.array(pad, { maxLength: 10 }),
      fc.double({ min: -360, max: 360, noNaN: true }),
      fc.constantFrom("top" as const, "bottom" as const),
      fc.constantFrom("", "X", "0402", "QFN-16_3x3mm", "CP_Elec_4x5.4", "\u0000 ümlaut/..%"),
      (family, specs, rotation, side, footprint) => {
        const pads = specs.map(
          (s, i): Pad => ({
            pin: String(i + 1),
            shape: {
              outline: s.round ? circle([s.x, s.y], s.w / 2, 12) : rectangle([s.x, s.y], s.w, s.h),
              holes: [],
            },
            side: s.drill ? "both" : "top",
            ...(s.drill ? { drill: { at: [s.x, s.y] as const, diameter: s.drill, land: s.w } } : {}),
          }),
        );
        const placement = {
          ref: "X1",
          value: footprint,
          footprint,
          at: [1, 2] as const,
          rotation,
          side,
          pads,
        };
        const { spec } = recognise(family ? { ...placement, family } : placement);
        if (!spec) return;
        const local = turnPads(localPads(placement), spec.turn);
        for (let variant = 0; variant < variantsOf(spec); variant++) {
          const { parts } = buildModel({
            spec,
            pads: local,
            ref: "X1",
            value: footprint,
            variant,
            thickness: 1.6,
          });
          for (const part of parts) {
            expect(part.mesh.points.every((v) => Math.abs(v) < 100)).toBe(true);
            expect(part.mesh.normals?.every(Number.isFinite) ?? true).toBe(true);
          }
        }
      },
    ),
    { numRuns: 300, seed: 11 },
  );
});
