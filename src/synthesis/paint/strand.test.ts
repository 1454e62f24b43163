import { describe, expect, test } from "vitest";
import type { Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { type Mask, mask } from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { windowOf } from "../window/index.js";
import { centrelines } from "./centreline.js";
import { borderMoves } from "./fit.js";
import { kindOf } from "./kinds.js";
import { paintDefect } from "./paint.js";
import { checkRoom } from "./room.js";
import { surfaceOf, turnOf } from "./surface.js";
import type { Specimen } from "./types.js";

const [W, H] = [120, 100];
/** Pixels nearer than `half` to the curve y = f(x), x from `from` to `to`. */
function band(f: (x: number) => number, from: number, to: number, half: number): Mask {
  const m = mask(W, H);
  for (let x = from; x <= to; x++)
    for (let y = Math.ceil(f(x) - half); y <= f(x) + half; y++) if (y >= 0 && y < H) m.data[y * W + x] = 1;
  return m;
}
function picture(of: (x: number, y: number) => number): Pixels {
  const random = seeded("strand");
  const data = Uint8Array.from(
    { length: W * H },
    (_, i) => of(i % W, Math.floor(i / W)) + 2 * random.normal(),
  );
  return { width: W, height: H, channels: 1, data };
}
const stripes = (x: number, y: number, angle: number): number =>
  120 + 20 * Math.sin((x * Math.sin(angle) - y * Math.cos(angle)) * 1.2);

describe("thin defects", () => {
  test("a thin mask has one line as long as it is; a branch gets its own; a disc has none", () => {
    const bar = band(() => 50, 20, 90, 2);
    const [line, ...rest] = centrelines(bar)!;
    expect(rest).toEqual([]);
    expect(line!.points.length).toBeGreaterThan(64);
    expect(Math.max(...line!.points.map((p) => Math.abs(p.y - 50)))).toBeLessThan(1.1);
    const branched = band((x) => (x > 55 ? 50 + (x - 55) : 50), 20, 85, 2);
    for (let i = 0; i < bar.data.length; i++) branched.data[i]! |= bar.data[i]!;
    expect(centrelines(branched)!.length).toBe(2);
    const disc = mask(W, H);
    for (let i = 0; i < disc.data.length; i++)
      if (Math.hypot((i % W) - 60, Math.floor(i / W) - 50) < 20) disc.data[i] = 1;
    expect(centrelines(disc)).toBeUndefined();
  });

  test("of several parts the longest is the trunk; of a mask that thinning empties there is no line", () => {
    const speck = band(() => 50, 20, 90, 2);
    speck.data[3 * W + 5] = 1;
    expect(centrelines(speck)![0]!.points.length).toBeGreaterThan(64);
    const tiny = mask(W, H);
    for (const i of [0, 1, W, W + 1]) tiny.data[40 * W + 40 + i] = 1;
    expect(centrelines(tiny)).toBeUndefined();
    expect(centrelines(mask(W, H))).toBeUndefined();
  });

  test("a crack follows a bent mask of another length without a gap, as dark as its specimen", () => {
    const of = band(() => 50, 20, 60, 2);
    const crack = picture((x, y) => (x >= 20 && x <= 60 && Math.abs(y - 50) < 1.5 ? 60 : 140));
    const e: Specimen = {
      id: "s",
      defectType: "T+crack",
      mask: of,
      picture: crack,
      area: 41 * 5,
      ...extents(of),
    };
    const course = (x: number): number => 50 + 16 * Math.sin(x / 18);
    const region = band(course, 10, 110, 3);
    const type = { defectType: "T+crack", anomaly: "crack", specimens: [e] };
    const painted = paintDefect(
      picture(() => 140),
      region,
      windowOf(region, { ratio: 2 })!,
      type,
      { strength: 1, variety: 0 },
      seeded(4),
    );
    expect(painted.painter).toBe("strand");
    for (let x = 14; x <= 106; x++) {
      let least = 255;
      for (let y = 0; y < H; y++)
        if (region.data[y * W + x]) least = Math.min(least, painted.image.data[y * W + x]!);
      expect(least, `column ${x}`).toBeLessThan(100);
      expect(least, `column ${x}`).toBeGreaterThan(35);
    }
  });
});

describe("laid specimens", () => {
  test("stripes say how a picture must be turned; without stripes nothing does", () => {
    const whole = mask(W, H, 1);
    const surface = (of: Pixels) =>
      surfaceOf({ width: W, height: H, data: Float32Array.from(of.data) }, whole);
    const [upright, slanted] = [
      surface(picture((x, y) => stripes(x, y, Math.PI / 2))),
      surface(picture((x, y) => stripes(x, y, Math.PI / 2 - 0.3))),
    ];
    expect(Math.abs(turnOf(upright, slanted)! + 0.3)).toBeLessThan(0.1);
    expect(turnOf(upright, upright)).toBeCloseTo(0, 6);
    expect(turnOf(surface(picture(() => 120)), upright)).toBeUndefined();
  });

  test("borders move onto the wanted one, by five pixels at most", () => {
    const square = (half: number): Mask => {
      const m = mask(W, H);
      for (let i = 0; i < m.data.length; i++)
        if (Math.max(Math.abs((i % W) - 60), Math.abs(Math.floor(i / W) - 50)) <= half) m.data[i] = 1;
      return m;
    };
    const { dx } = borderMoves(square(20), square(24));
    // At the wanted right border the specimen's own border is read: four pixels further in.
    expect(dx.data[50 * W + 84]).toBeGreaterThan(-5);
    expect(dx.data[50 * W + 84]).toBeLessThan(-2.5);
    expect(Math.abs(dx.data[50 * W + 60]!)).toBeLessThan(0.5);
  });

  test("a mask that leaves nothing around it is refused, a hollow that has no walls too", () => {
    const refused = (m: Mask, anomaly: string, drawn: boolean): boolean => {
      try {
        checkRoom(m, anomaly, kindOf(anomaly), drawn);
        return false;
      } catch (error) {
        expect(error).toMatchObject({ kind: "data", code: "mask_fills_image" });
        return true;
      }
    };
    const most = mask(W, H);
    for (let i = 0; i < most.data.length; i++)
      if (i % W >= 12 && i % W < 108 && i >= 12 * W && i < 88 * W) most.data[i] = 1;
    expect(refused(mask(W, H, 1), "stain", false)).toBe(true);
    expect(refused(most, "pit", true)).toBe(true);
    expect(refused(most, "pit", false)).toBe(false);
    expect(refused(most, "stain", true)).toBe(false);
    // A long crack through the whole picture is one.
    expect(
      refused(
        band((x) => 20 + x / 2, 0, W - 1, 3),
        "crack",
        true,
      ),
    ).toBe(false);
  });
});
