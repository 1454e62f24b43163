import fc from "fast-check";
import { expect, test } from "vitest";
import { downwardView, framing, projectOrthographic, viewAxes } from "./camera.js";

const close = (v: readonly number[]) => v.map((x) => expect.closeTo(x, 12));

test("the axes of contract 1.3; quarter turns are exact", () => {
  const at = (yawDeg: number) => viewAxes({ yawDeg, tiltXDeg: 0, tiltYDeg: 0 });
  expect(at(-90)).toEqual({ right: [0, -1, 0], up: [1, 0, 0], forward: [0, 0, -1] });
  const r = Math.SQRT1_2;
  expect(at(45)).toEqual({ right: close([r, r, 0]), up: close([-r, r, 0]), forward: [0, 0, -1] });
});

test("a tilt about X lifts the sight towards +Y, one about Y turns it towards −X", () => {
  expect(viewAxes({ yawDeg: 0, tiltXDeg: 5, tiltYDeg: 0 }).forward[1]).toBeCloseTo(
    Math.sin(Math.PI / 36),
    12,
  );
  expect(viewAxes({ yawDeg: 0, tiltXDeg: 0, tiltYDeg: 5 }).forward[0]).toBeCloseTo(
    -Math.sin(Math.PI / 36),
    12,
  );
});

test("axes are orthonormal and right-handed for every turn", () => {
  const angle = fc.double({ min: -180, max: 180, noNaN: true });
  fc.assert(
    fc.property(angle, angle, angle, (yawDeg, tiltXDeg, tiltYDeg) => {
      const { right: r, up: u, forward: f } = viewAxes({ yawDeg, tiltXDeg, tiltYDeg });
      const cross = [r[1] * u[2] - r[2] * u[1], r[2] * u[0] - r[0] * u[2], r[0] * u[1] - r[1] * u[0]];
      expect(cross).toEqual(f.map((x) => expect.closeTo(-x, 9)));
      expect(Math.hypot(...r)).toBeCloseTo(1, 9);
      expect(r[0] * u[0] + r[1] * u[1] + r[2] * u[2]).toBeCloseTo(0, 9);
    }),
  );
});

test("projection: the formula of contract 1.3 with yaw −90", () => {
  const view = downwardView({ position: [10, 20, 5], yawDeg: -90, width: 9.6, height: 5.4 });
  const axes = viewAxes(view);
  // One unit towards +X is up in the picture, one towards +Y is left.
  expect(projectOrthographic(view, axes, [11, 20, 1], 1920, 1080)).toEqual(close([960, 540 - 200, 4]));
  expect(projectOrthographic(view, axes, [10, 21, 1], 1920, 1080)).toEqual(close([960 - 200, 540, 4]));
});

test("framing leaves half a size of margin on the tighter axis", () => {
  const wide = framing({ min: [1, 2, 0], max: [4, 3, 1] }, 9 / 16);
  expect(wide).toEqual({ centre: [2.5, 2.5], width: 4.5 });
  const tall = framing({ min: [0, 0, 0], max: [1, 3, 1] }, 9 / 16);
  expect(tall.width).toBeCloseTo((1.5 * 3 * 16) / 9, 12);
});
