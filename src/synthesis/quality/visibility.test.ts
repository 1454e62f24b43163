import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { decodeImage, type Pixels } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { sharedData } from "../../kit/testing.js";
import { dilate, gaussianBlur, grey, type Mask, mask, membrane, threshold } from "../../vision/index.js";
import { visibility } from "./visibility.js";

const [W, H] = [200, 160];
const disc = (r: number): Mask => ({
  ...mask(W, H),
  data: Uint8Array.from({ length: W * H }, (_, i) =>
    Number(Math.hypot((i % W) - 100, Math.floor(i / W) - 80) <= r),
  ),
});
/** Calm metal with stripes of some pixels' width, `depth` levels deep. */
function striped(depth: number, noise = 2): Pixels {
  const random = seeded("stripes");
  const data = Uint8Array.from(
    { length: W * H },
    (_, i) => 110 + depth * Math.sin((2 * Math.PI * (i % W)) / 11) + noise * random.normal(),
  );
  return { width: W, height: H, channels: 1, data };
}
const changed = (p: Pixels, by: (i: number) => number): Pixels => ({
  ...p,
  data: p.data.map((v, i) => Math.max(0, Math.min(255, Math.round(v + by(i))))),
});

describe("visibility", () => {
  test("a step of some levels shows on calm metal, not among stripes that are as deep", () => {
    const spot = disc(14);
    const step = (i: number): number => -14 * spot.data[i]!;
    expect(visibility(striped(0), changed(striped(0), step), spot).visible).toBe(true);
    const among = visibility(striped(18), changed(striped(18), step), spot);
    expect(among.visible).toBe(false);
    expect(among.noise).toBeGreaterThan(8);
    // However rough, what is black shows.
    expect(
      visibility(
        striped(18),
        changed(striped(18), (i) => -80 * spot.data[i]!),
        spot,
      ).visible,
    ).toBe(true);
  });

  test("shading without a border does not show, the same change with one does", () => {
    const wide = disc(70);
    const soft = gaussianBlur({ ...mask(W, H), data: Float32Array.from(disc(40).data) }, 24);
    const calm = striped(2);
    expect(
      visibility(
        calm,
        changed(calm, (i) => -24 * soft.data[i]!),
        wide,
      ).visible,
    ).toBe(false);
    const sharp = disc(40);
    expect(
      visibility(
        calm,
        changed(calm, (i) => -24 * sharp.data[i]!),
        sharp,
      ).visible,
    ).toBe(true);
  });

  test("moved stripes and new grain are no defect", () => {
    const spot = disc(20);
    const p = striped(14);
    const moved = changed(p, (i) => (spot.data[i] ? p.data[i + 4]! - p.data[i]! : 0));
    expect(visibility(p, moved, spot).visible).toBe(false);
    expect(visibility(p, p, mask(W, H)).visible).toBe(false);
  });

  test("blue alone counts", () => {
    const g = striped(0);
    const data = new Uint8Array(3 * W * H).map((_, i) => g.data[Math.floor(i / 3)]!);
    const p: Pixels = { ...g, channels: 3, data };
    const spot = disc(9);
    const made = changed(p, (i) => (i % 3 === 2 ? 30 * spot.data[Math.floor(i / 3)]! : 0));
    expect(visibility(p, made, spot).visible).toBe(true);
  });
});

const tiles = sharedData("magnetic-tile");
test.skipIf(!tiles)(
  "real defects show: all but one in fifty, against the smooth surface of what is around them",
  async () => {
    let n = 0;
    const hidden: string[] = [];
    for (const label of ["blowhole", "break", "crack", "fray", "uneven"])
      for (const name of readdirSync(path.join(tiles!, "images", label)).slice(0, 5)) {
        const file = path.join(tiles!, "masks", label, `${path.parse(name).name}.png`);
        const region = threshold(grey(await decodeImage(file, "gray")), 127);
        // A single white pixel is a slip of the one who labelled.
        if (region.data.reduce((a, v) => a + v, 0) < 9) continue;
        const real = await decodeImage(path.join(tiles!, "images", label, name), "gray");
        const clean = membrane(grey(real), dilate(region, 2), 0.5, 60);
        const before = { ...real, data: Uint8Array.from(clean.data, (v) => Math.max(0, Math.min(255, v))) };
        n++;
        if (!visibility(before, real, region).visible) hidden.push(`${label}/${name}`);
      }
    expect(n).toBeGreaterThan(20);
    expect(hidden.length).toBeLessThanOrEqual(Math.ceil(0.02 * n));
  },
  30_000,
);
