import { expect, test } from "vitest";
import { seeded } from "../../kit/random.js";
import { alignGolden, frameOf } from "../data/align.js";
import { runGraph } from "./fixtures/run.js";
import { type RegistrationConfig, register } from "./ops/registration.js";

const S = 48;
const config: RegistrationConfig = { maxShift: 8, highPassRadius: 8, penalty: 0.02 };

/** Smooth random texture on a larger canvas, so that a shifted window has true content everywhere. */
function canvas(name: string): (y: number, x: number) => number {
  const random = seeded(3).fork(name);
  const waves = Array.from({ length: 24 }, () => ({
    fy: random.range(-0.5, 0.5),
    fx: random.range(-0.5, 0.5),
    phase: random.range(0, 6.28),
  }));
  return (y, x) =>
    Math.round(128 + waves.reduce((sum, w) => sum + 20 * Math.sin(w.fy * y + w.fx * x + w.phase), 0));
}

function picture(at: (y: number, x: number) => number, dy = 0, dx = 0): Uint8Array {
  return Uint8Array.from({ length: S * S }, (_, i) => at(Math.floor(i / S) + dy, (i % S) + dx));
}

const shifts = [
  [0, 0],
  [1, 0],
  [0, -1],
  [-3, 5],
  [7, 7],
  [-8, 8],
  [4, -7],
] as const;

test("known shifts are found, with a defect and noise in the picture, and applied exactly", async () => {
  const random = seeded(4);
  const tests: number[] = [];
  const goldens: number[] = [];
  const pairs = shifts.map(([dy, dx], i) => {
    const at = canvas(`picture ${i}`);
    // test[y,x] = canvas[y,x], golden[y,x] = canvas[y−dy,x−dx], so test[y,x] = golden[y+dy,x+dx].
    const test = picture(at).map((v, k) =>
      k % S > 10 && k % S < 16 && k > 10 * S && k < 15 * S
        ? 255 - v
        : Math.max(0, Math.min(255, v + 6 * random.normal())),
    );
    const golden = picture(at, -dy, -dx);
    tests.push(...test);
    goldens.push(...golden);
    return { test, golden };
  });
  const shape = [shifts.length, 1, S, S];
  const out = await runGraph(
    [
      { shape, data: tests },
      { shape, data: goldens },
    ],
    (g, [t, r]) => {
      const { golden, valid, shift } = register(g, t!, r!, config);
      return { golden, valid, shift };
    },
  );
  for (const [i, [dy, dx]] of shifts.entries()) {
    expect([out.shift?.[2 * i], out.shift?.[2 * i + 1]], `pair ${i}`).toEqual([dy, dx]);
    const image = { channels: 1, height: S, width: S };
    const expected = alignGolden(pairs[i]!.test, pairs[i]!.golden, dy, dx, image);
    expect([...out.golden!.subarray(i * S * S, (i + 1) * S * S)]).toEqual([...expected]);
    const frame = frameOf(dy, dx, image);
    const inside = (k: number) => {
      const [y, x] = [Math.floor(k / S), k % S];
      return y >= frame.top && y < frame.bottom && x >= frame.left && x < frame.right ? 1 : 0;
    };
    expect([...out.valid!.subarray(i * S * S, (i + 1) * S * S)]).toEqual(
      Array.from({ length: S * S }, (_, k) => inside(k)),
    );
  }
});

test("a pair without any texture stays in place, and colour images share one shift", async () => {
  const shape = [1, 3, S, S];
  const flat = { shape, data: new Float32Array(3 * S * S).fill(77) };
  const still = await runGraph([flat, flat], (g, [t, r]) => ({ shift: register(g, t!, r!, config).shift }));
  expect([...still.shift!]).toEqual([0, 0]);
  const at = canvas("colour");
  const planes = (dy: number, dx: number) =>
    [0, 1, 2].flatMap((c) => [...picture(at, dy, dx)].map((v) => v / (c + 1)));
  const moved = await runGraph(
    [
      { shape, data: planes(0, 0) },
      { shape, data: planes(2, -3) },
    ],
    (g, [t, r]) => ({ shift: register(g, t!, r!, config).shift }),
  );
  expect([...moved.shift!]).toEqual([-2, 3]);
});

test("switched off, golden passes through", async () => {
  const at = canvas("off");
  const data = [picture(at), picture(at, 3, 3)].map((p) => ({ shape: [1, 1, S, S], data: p }));
  const out = await runGraph(data, (g, [t, r]) => ({ ...register(g, t!, r!, { ...config, maxShift: 0 }) }));
  expect([...out.golden!]).toEqual([...data[1]!.data]);
  expect(out.valid!.every((v) => v === 1)).toBe(true);
  expect([...out.shift!]).toEqual([0, 0]);
});
