import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Pixels, writeImage } from "../../kit/images.js";
import { seeded } from "../../kit/random.js";
import { area, grey, type Mask, mask } from "../../vision/index.js";
import { extents } from "../exemplar.js";
import { enlargedMask, windowOf } from "../window/index.js";
import { beadOver, liquidOutline } from "./bead.js";
import { compressedAlike, jpegQuality } from "./jpeg.js";
import { kindOf } from "./kinds.js";
import { paintDefect, type TypeKnowledge } from "./paint.js";
import { meanOver, ringOf } from "./tools.js";
import type { Specimen } from "./types.js";

const [W, H] = [100, 80];
const ellipse = (x: number, y: number, a: number, b: number): Mask => {
  const m = mask(W, H);
  for (let i = 0; i < m.data.length; i++)
    if ((((i % W) - x) / a) ** 2 + ((Math.floor(i / W) - y) / b) ** 2 <= 1) m.data[i] = 1;
  return m;
};
/** A metal sheet that is brighter on the right. */
function sheet(channels: 1 | 3, noise = 3): Pixels {
  const random = seeded("sheet");
  const data = new Uint8Array(W * H * channels);
  for (let i = 0; i < data.length; i++)
    data[i] = 100 + 0.6 * (Math.floor(i / channels) % W) + 10 * (i % channels) + noise * random.normal();
  return { width: W, height: H, channels, data };
}
/** Two stripes of conductor (dark) on light laminate. */
function board(): Pixels {
  const random = seeded("board");
  const data = Uint8Array.from({ length: W * H }, (_, i) => {
    const x = i % W;
    const v = (x >= 20 && x < 40) || (x >= 60 && x < 80) ? 30 : 220;
    return v + 3 * random.normal();
  });
  return { width: W, height: H, channels: 1, data };
}
const settings = { strength: 1, variety: 0.5 };
const named = (anomaly: string, specimens: readonly Specimen[] = []): TypeKnowledge => ({
  defectType: `T+${anomaly}`,
  anomaly,
  specimens,
});
function paint(image: Pixels, region: Mask, type: TypeKnowledge, seed = 1) {
  const window = windowOf(region, { ratio: 2 })!;
  const painted = paintDefect(image, region, window, type, settings, seeded(seed));
  const allowed = enlargedMask(region, window);
  let outside = 0;
  painted.image.data.forEach((v, i) => {
    if (!allowed.data[Math.floor(i / image.channels)] && v !== image.data[i]) outside++;
  });
  expect(outside).toBe(0);
  return painted;
}

test.each([
  ["IC-bridge solder", "solder"],
  ["excess_solder", "solder"],
  ["less_solder", "less_solder"],
  ["missing-solder", "less_solder"],
  ["missing", "missing"],
  ["Scratches", "scratch"],
  ["micro crack", "crack"],
  ["pitting", "pit"],
  ["blowhole", "pit"],
  ["discolouration", "discoloration"],
  ["flux_residue", "stain"],
  ["mouse-bite", "conductor"],
  ["short", "conductor"],
  ["gizmo", undefined],
])("%s is %s", (name, is) => {
  expect(kindOf(name)?.is).toBe(is);
});

describe("by name alone", () => {
  const names = [
    "solder bridge",
    "less_solder",
    "missing",
    "scratch",
    "crack",
    "pit",
    "stain",
    "discoloration",
    "gizmo",
  ];
  test.each(names.flatMap((n) => [[n, 1] as const, [n, 3] as const]))(
    "%s on %i channels",
    (name, channels) => {
      const region =
        name === "scratch" || name === "crack" ? ellipse(50, 40, 22, 2.5) : ellipse(50, 40, 14, 9);
      const image = sheet(channels);
      const made = paint(image, region, named(name));
      expect(made.changed).toBeGreaterThan(0.4 * area(region));
      expect(paint(image, region, named(name)).image).toEqual(made.image);
      expect(paint(image, region, named(name), 2).image).not.toEqual(made.image);
    },
  );

  test.each(["scratch", "pit", "stain", "discoloration", "short"])(
    "%s: a grey picture stored in three channels stays grey",
    (name) => {
      const grey1 = name === "short" ? board() : sheet(1);
      const data = new Uint8Array(W * H * 3).map((_, i) => grey1.data[Math.floor(i / 3)]!);
      const { image } = paint({ ...grey1, channels: 3, data }, ellipse(50, 40, 14, 9), named(name));
      for (let i = 0; i < W * H; i++)
        expect([image.data[3 * i + 1], image.data[3 * i + 2]]).toEqual([
          image.data[3 * i],
          image.data[3 * i],
        ]);
    },
  );

  test.each(["pit", "stain", "scratch", "solder bridge", "less_solder", "missing", "discoloration", "short"])(
    "%s over a third of the picture ends; over all of it, it is refused",
    (name) => {
      const wide = ellipse(50, 40, 36, 26);
      const over = (region: Mask) =>
        paintDefect(sheet(3), region, windowOf(region, { ratio: 2 })!, named(name), settings, seeded(1));
      expect(over(wide).image.data).toHaveLength(W * H * 3);
      expect(() => over(mask(W, H, 1))).toThrow(expect.objectContaining({ code: "mask_fills_image" }));
    },
    10_000,
  );

  test("a crack and a pit are darker than their surroundings, wherever the light comes from", () => {
    for (const [name, region] of [
      ["crack", ellipse(50, 40, 22, 2.5)],
      ["pit", ellipse(70, 40, 8, 8)],
    ] as const) {
      const g = grey(paint(sheet(1), region, named(name)).image);
      expect(meanOver(g, region)).toBeLessThan(meanOver(g, ringOf(region, 4, 9)) - 12);
    }
  });
});

describe("solder", () => {
  const all = mask(W, H, 1);
  test("a bead is flat in the middle, steep at its border, and smooth", () => {
    const region = ellipse(50, 40, 24, 18);
    const { slope, outline } = beadOver(region, all, { border: 40, waist: false }, seeded(1));
    const rim = {
      ...outline,
      data: outline.data.map((v, i) => (v && !ellipse(50, 40, 22, 16).data[i] ? 1 : 0)),
    };
    // Its top may lie to one side.
    const middle = ellipse(50, 40, 12, 9);
    const flat = [...slope.data].filter((_, i) => middle.data[i]).sort((a, b) => a - b);
    expect(flat[Math.floor(0.15 * flat.length)]).toBeLessThan(14);
    expect(meanOver(slope, rim as Mask)).toBeGreaterThan(22);
    let step = 0;
    for (let i = 0; i < slope.data.length - 1; i++)
      if (ellipse(50, 40, 18, 12).data[i])
        step = Math.max(step, Math.abs(slope.data[i + 1]! - slope.data[i]!));
    expect(step).toBeLessThan(13);
  });

  test("a drop is not symmetric, and no two are alike", () => {
    const region = ellipse(50, 40, 24, 18);
    const drop = (seed: number) => beadOver(region, all, { border: 40, waist: false }, seeded(seed));
    for (const seed of [1, 2, 3]) {
      const { slope, outline } = drop(seed);
      // Turned by half a circle about the middle of the mask, slopes must differ by some degrees.
      let sum = 0;
      let n = 0;
      for (let i = 0; i < slope.data.length; i++) {
        const j = (80 - Math.floor(i / W)) * W + 100 - (i % W);
        if (!outline.data[i] || !outline.data[j]) continue;
        sum += Math.abs(slope.data[i]! - slope.data[j]!);
        n++;
      }
      expect(sum / n).toBeGreaterThan(6);
    }
    expect(drop(1).outline).not.toEqual(drop(2).outline);
  });

  test("colours are shared out as the picture's own solder shows them; tin is grey under white light", () => {
    // Pads that are blue but for a little red and green.
    const pads = sheet(3);
    const hues = [
      [20, 30, 220],
      [20, 200, 40],
      [220, 40, 30],
    ] as const;
    const data = Uint8Array.from(pads.data, (v, i) => {
      const [x, y] = [Math.floor(i / 3) % W, Math.floor(Math.floor(i / 3) / W)];
      if (y > 18) return 0.1 * v;
      return hues[x < 84 ? 0 : x < 92 ? 1 : 2][i % 3]!;
    });
    const region = ellipse(50, 50, 24, 18);
    const { image } = paint({ ...pads, data }, region, named("excess_solder"));
    const strong = [0, 0, 0];
    for (let i = 0; i < region.data.length; i++) {
      const v = [image.data[3 * i]!, image.data[3 * i + 1]!, image.data[3 * i + 2]!];
      const top = v.indexOf(Math.max(...v));
      if (region.data[i] && Math.max(...v) - Math.min(...v) > 50) strong[top]!++;
    }
    expect(strong[2]!).toBeGreaterThan(strong[0]!);
    const copper = {
      ...pads,
      data: Uint8Array.from(
        pads.data,
        (_, i) => (Math.floor(i / 3) % W < 30 ? [200, 120, 100] : [20, 25, 20])[i % 3]!,
      ),
    };
    const made = paint(copper, ellipse(65, 40, 16, 14), named("excess_solder")).image;
    const at = 3 * (40 * W + 65);
    expect(Math.abs(made.data[at]! - made.data[at + 2]!)).toBeLessThan(40);
  });

  test("a bridge on a coloured board is solder, also where parts and board are two plain materials", () => {
    const data = new Uint8Array(3 * W * H).map((_, i) => {
      const x = Math.floor(i / 3) % W;
      return ((x >= 20 && x < 40) || (x >= 60 && x < 80) ? [200, 110, 60] : [20, 60, 30])[i % 3]!;
    });
    const gap = ellipse(50, 40, 16, 6);
    const clean: Pixels = { width: W, height: H, channels: 3, data };
    expect(paint(clean, gap, named("bridge")).painter).toBe("solder");
    expect(paint(clean, gap, named("short")).painter).toBe("conductor added");
    expect(paint(board(), gap, named("bridge")).painter).toBe("conductor added");
  });

  test("liquid has no holes and no hair; a bridge has a waist", () => {
    const region = ellipse(50, 40, 30, 12);
    const ragged = { ...region, data: Uint8Array.from(region.data) };
    ragged.data[40 * W + 50] = 0;
    for (let y = 5; y < 30; y++) ragged.data[y * W + 50] = 1;
    const drop = liquidOutline(ragged, false);
    expect(drop.data[40 * W + 50]).toBe(1);
    expect(drop.data[10 * W + 50]).toBe(0);
    const width = (m: Mask, x: number): number => {
      let n = 0;
      for (let y = 0; y < H; y++) n += m.data[y * W + x]!;
      return n;
    };
    const bridge = liquidOutline(region, true);
    expect(width(bridge, 50)).toBeLessThan(width(liquidOutline(region, false), 50) - 2);
    expect(width(bridge, 50)).toBeGreaterThan(8);
  });

  test("a missing part leaves two flat pads and plain board between them", () => {
    // A bright body on a dark board.
    const part = ellipse(50, 40, 30, 12);
    const clean = sheet(3);
    const data = clean.data.map((v, i) => (part.data[Math.floor(i / 3)] ? 210 : v * 0.3));
    const made = grey(paint({ ...clean, data }, part, named("missing")).image);
    const middle = meanOver(made, ellipse(50, 40, 4, 6));
    expect(Math.abs(middle - meanOver(grey({ ...clean, data }), ringOf(part, 3, 8)))).toBeLessThan(14);
    for (const x of [31, 69]) expect(meanOver(made, ellipse(x, 40, 3, 3))).toBeGreaterThan(middle + 60);
  });
});

describe("conductor", () => {
  const dark = (image: Pixels, m: Mask): number => {
    let n = 0;
    for (let i = 0; i < m.data.length; i++) if (m.data[i] && image.data[i]! < 125) n++;
    return n / area(m);
  };
  test("a short fills the gap, an open clears the line, each with the noise of its material", () => {
    const gap = ellipse(50, 40, 12, 4);
    const short = paint(board(), gap, named("short"));
    expect(short.painter).toBe("conductor added");
    expect(dark(short.image, gap)).toBe(1);
    const line = ellipse(30, 40, 12, 4);
    const open = paint(board(), line, named("open"));
    expect(open.painter).toBe("conductor lost");
    expect(dark(open.image, line)).toBeLessThan(0.05);
  });
  test("where there is nothing to turn the picture stays, and says so", () => {
    const region = ellipse(10, 40, 5, 5);
    const made = paint(board(), region, named("open"));
    expect([made.painter, made.changed]).toEqual(["none", 0]);
  });
});

describe("from specimens", () => {
  test("a wide defect of stripes is laid in patches that keep their stripes", () => {
    const [w, h] = [120, 100];
    const wave = (x: number): number => 30 * Math.sin((2 * Math.PI * x) / 9);
    const spot2 = mask(w, h);
    for (let i = 0; i < w * h; i++)
      if (Math.hypot((i % w) - 60, Math.floor(i / w) - 50) < 28) spot2.data[i] = 1;
    const striped: Pixels = {
      width: w,
      height: h,
      channels: 1,
      data: Uint8Array.from({ length: w * h }, (_, i) => 120 + (spot2.data[i] ? 20 + wave(i % w) : 0)),
    };
    const { long, across, angle } = extents(spot2);
    const e: Specimen = {
      id: "w",
      defectType: "T+x",
      mask: spot2,
      picture: striped,
      long,
      across,
      angle,
      area: area(spot2),
    };
    // A bar that no disc fits.
    const region = mask(W, H);
    for (let y = 25; y < 50; y++) region.data.fill(1, y * W + 5, y * W + 95);
    const flat = { ...sheet(1), data: new Uint8Array(W * H).fill(120) };
    const made = paint(flat, region, named("x", [e]));
    expect(made.painter).toBe("quilted");
    // Upright stripes: along a column little changes, along a row much.
    let [down, right, n] = [0, 0, 0];
    for (let y = 30; y < 44; y++)
      for (let x = 12; x < 88; x++) {
        const v = made.image.data[y * W + x]!;
        down += Math.abs(made.image.data[(y + 1) * W + x]! - v);
        right += Math.abs(made.image.data[y * W + x + 1]! - v);
        n++;
      }
    expect(right / n).toBeGreaterThan(5);
    expect(down).toBeLessThan(0.35 * right);
  });

  const spot = ellipse(50, 40, 9, 7);
  const picture = { ...sheet(1), data: sheet(1).data.map((v, i) => (spot.data[i] ? 35 + ((i * 7) % 9) : v)) };
  const { long, across, angle } = extents(spot);
  const specimen: Specimen = {
    id: "s",
    defectType: "T+x",
    mask: spot,
    picture,
    long,
    across,
    angle,
    area: area(spot),
  };

  test("its picture where the mask fits, grown where it does not; both as dark as it is", () => {
    const fits = paint(sheet(1), ellipse(40, 35, 10, 8), named("x", [specimen]));
    expect([fits.painter, fits.specimen]).toEqual(["transplant", "s"]);
    const long = ellipse(50, 40, 30, 4);
    const grown = paint(sheet(1), long, named("x", [specimen]));
    expect(grown.painter).toBe("grown");
    expect(meanOver(grey(grown.image), long)).toBeLessThan(100);
    expect(meanOver(grey(fits.image), ellipse(40, 35, 6, 5))).toBeLessThan(75);
  });

  test("contrast follows the light of the place", () => {
    const dim = { ...sheet(1), data: sheet(1).data.map((v) => v * 0.5) };
    const made = paint(dim, spot, named("x", [specimen]));
    const before = meanOver(grey(picture), spot) / meanOver(grey(picture), ringOf(spot, 3, 8));
    const after = meanOver(grey(made.image), spot) / meanOver(grey(made.image), ringOf(spot, 3, 8));
    expect(Math.abs(after - before)).toBeLessThan(0.12);
  });

  test("strong edges of the place stay visible beneath a specimen that had none", () => {
    const region = ellipse(60, 40, 9, 7);
    const bright: Specimen = {
      ...specimen,
      picture: { ...picture, data: sheet(1).data.map((v, i) => (spot.data[i] ? v * 0.75 : v)) },
    };
    const made = paint(board(), region, named("x", [bright]));
    expect(made.painter).toBe("film");
    const at = (x: number): number => made.image.data[40 * W + x]!;
    expect(at(55) - at(65)).toBeGreaterThan(90);
  });
});

describe("compression", () => {
  test.each([60, 75, 92, 97])("quality %i is read back", async (quality) => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "jpeg-")), "a.jpg");
    await writeImage(file, sheet(3), quality);
    expect(Math.abs((await jpegQuality(file))! - quality)).toBeLessThanOrEqual(1);
  });
  test("only touched pixels take its traces", async () => {
    const m = ellipse(50, 40, 10, 10);
    const worn = await compressedAlike(sheet(1, 12), m, 50);
    let inside = 0;
    const clean = sheet(1, 12).data;
    worn.data.forEach((v, i) => {
      if (m.data[i]) inside += Number(v !== clean[i]);
      else expect(v).toBe(clean[i]);
    });
    expect(inside).toBeGreaterThan(50);
    expect(await compressedAlike(worn, m, undefined)).toBe(worn);
  });
});
