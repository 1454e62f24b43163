import { describe, expect, test } from "vitest";
import type { Pixels } from "../kit/images.js";
import { seeded } from "../kit/random.js";
import { area, components, dilate, grey, intersect, invert, type Mask, subtract } from "../vision/index.js";
import { sameDefect } from "./admission.js";
import { changedPixels } from "./blend-flip.js";
import { drawDefect } from "./draw.js";
import { findDefect, makeExemplar } from "./exemplar.js";
import { board, spot } from "./fixtures/board.js";
import { contactsOf, materialOf } from "./material.js";
import { clearOfBorder } from "./place-flip.js";
import { makeRecipes } from "./recipes.js";
import { learnSurroundings } from "./surroundings.js";
import type { Exemplar, Lightings, Surroundings } from "./types.js";

async function around(goldens: readonly Pixels[]): Promise<Surroundings> {
  async function* pairs() {
    for (const golden of goldens) yield { test: [golden], golden: [golden] };
  }
  return learnSurroundings(pairs());
}

const boards = Array.from({ length: 12 }, (_, i) => board(seeded(5).fork(i)));
const KNOWN = ["copper", "pin-hole", "spur", "mousebite", "short", "open"] as const;
const CONTACTS = { copper: 0, "pin-hole": 0, spur: 1, mousebite: 1, short: 2, open: 2 } as const;
const ADDS = { copper: true, spur: true, short: true, "pin-hole": false, mousebite: false, open: false };

function want(label: string) {
  return { label, defectType: `PCB+${label}`, dependency: "free" as const, canvases: [0] };
}

describe("changes of material on two-tone boards", () => {
  test.each(KNOWN)("%s is made as its name says, without any exemplar", async (label) => {
    const s = await around(boards);
    expect(s.twoTone).toBeDefined();
    const { recipes } = makeRecipes([want(label)], [], s);
    let made = 0;
    for (let k = 0; k < 24; k++) {
      const canvas: Lightings = [boards[k % boards.length]];
      const drawn = drawDefect({
        canvas,
        recipe: recipes[0],
        exemplars: [],
        around: s,
        random: seeded(1).fork(label, k),
      });
      if (!drawn || drawn.measured.reason) continue;
      made++;
      const before = materialOf(grey(canvas[0]), s.twoTone as never);
      const { region, touched } = drawn;
      // Placement: only the right material changes, with the right borders, away from the edge of the crop.
      expect(area(intersect(region, ADDS[label] ? before : invert(before)))).toBe(area(region));
      expect(contactsOf(before, region, !ADDS[label])).toBe(CONTACTS[label]);
      expect(clearOfBorder(region)).toBe(true);
      expect(components(region).parts.length).toBe(1);
      // Blending: nothing outside the enlarged mask changes; inside the other material shows.
      const changed = changedPixels(canvas, drawn.images);
      expect(area(subtract(changed, touched))).toBe(0);
      expect(area(subtract(touched, dilate(region, 5)))).toBe(0);
      const after = grey(drawn.images[0]);
      let right = 0;
      for (let i = 0; i < region.data.length; i++)
        if (region.data[i] && after.data[i] > 127 === !ADDS[label]) right++;
      expect(right / area(region)).toBeGreaterThan(0.9);
    }
    expect(made).toBeGreaterThanOrEqual(12);
  });

  test("the sensor noise of the target material is found in the defect", async () => {
    const s = await around(boards);
    const { recipes } = makeRecipes([want("copper")], [], s);
    const canvas: Lightings = [board(seeded(8), 96, 6)];
    const drawn = drawDefect({ canvas, recipe: recipes[0], exemplars: [], around: s, random: seeded(4) });
    const p = grey((drawn as NonNullable<typeof drawn>).images[0]);
    const inner = (drawn as NonNullable<typeof drawn>).region.data;
    const values = [...p.data].filter((_, i) => inner[i]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / values.length);
    expect(mean).toBeGreaterThan(15);
    expect(mean).toBeLessThan(50);
    expect(deviation).toBeGreaterThan(2.5);
    expect(deviation).toBeLessThan(14);
  });

  test("an unknown name without exemplars is reported, not invented", async () => {
    const { recipes, problems } = makeRecipes([want("smear")], [], await around(boards));
    expect(recipes).toEqual([]);
    expect(problems[0]).toMatchObject({ code: "defect_unknown" });
  });

  test("no free place is no defect", async () => {
    const s = await around(boards);
    const { recipes } = makeRecipes([want("spur")], [], s);
    const blank: Pixels = { width: 64, height: 64, channels: 1, data: new Uint8Array(4096).fill(225) };
    const drawn = drawDefect({
      canvas: [blank],
      recipe: recipes[0],
      exemplars: [],
      around: s,
      random: seeded(1),
    });
    expect(drawn).toBeUndefined();
  });
});

describe("exemplars", () => {
  test("the mask is the defect, not the misalignment", async () => {
    const s = await around(boards);
    for (let k = 0; k < 10; k++) {
      const golden = board(seeded(5).fork(k));
      const moved: Pixels = { ...golden, data: Uint8Array.from(golden.data) };
      for (let y = 0; y < 64; y++)
        for (let x = 0; x < 64; x++)
          moved.data[y * 64 + x] = golden.data[Math.max(0, y - 2) * 64 + Math.min(63, x + 1)];
      // In the middle of whichever material is there.
      const tone = golden.data[30 * 64 + 33] > 128 ? 30 : 225;
      const test = spot(moved, 32, 32, 5, tone);
      const found = findDefect([test], [golden], s);
      expect(found?.shift).toMatchObject({ dx: 1, dy: -2 });
      const true_: Mask = {
        width: 64,
        height: 64,
        data: test.data.map((v, i) => (Math.abs(v - moved.data[i]) > 60 ? 1 : 0)),
      };
      const both = area(intersect(true_, found?.mask as Mask));
      expect(both / area(true_)).toBeGreaterThan(0.6);
      expect(both / area(found?.mask as Mask)).toBeGreaterThan(0.6);
    }
  });

  test("a good pair has none", async () => {
    const s = await around(boards);
    for (const golden of boards) {
      const random = seeded(3).fork(golden.data[77]);
      const again: Pixels = {
        ...golden,
        data: golden.data.map((v) => Math.max(0, Math.min(255, v + Math.round(random.normal())))),
      };
      expect(findDefect([again], [golden], s)).toBeUndefined();
    }
  });
});

describe("transplanted pictures", () => {
  const textured = (seed: number): Pixels => {
    const random = seeded(seed);
    const data = new Uint8Array(64 * 64 * 3);
    for (let i = 0; i < 64 * 64; i++) {
      const v = 110 + 0.6 * (i % 64) + 4 * random.normal();
      data.set([v, v - 10, v - 30], i * 3);
    }
    return { width: 64, height: 64, channels: 3, data };
  };

  function pit(s: Surroundings): Exemplar {
    const golden = textured(1);
    const data = Uint8Array.from(golden.data);
    const mask: Mask = { width: 64, height: 64, data: new Uint8Array(4096) };
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++)
        if (Math.hypot(x - 30, y - 34) < 6) {
          mask.data[y * 64 + x] = 1;
          for (let c = 0; c < 3; c++) data[(y * 64 + x) * 3 + c] = 30 + ((x * 7 + y * 13) % 40);
        }
    const test: Pixels = { ...golden, data };
    const o = { id: "row:0", label: "pit", source: "x.png", mask, textured: true, around: s };
    return makeExemplar({ ...o, test: [test, test], golden: [golden, golden] }) as Exemplar;
  }

  test("all lightings change at one place, nothing else does, and the contrast arrives", async () => {
    const s = await around([textured(1), textured(2)]);
    expect(s.twoTone).toBeUndefined();
    const e = pit(s);
    const { recipes } = makeRecipes([want("pit")], [e], s);
    expect(recipes[0].mode).toBe("texture");
    for (let k = 0; k < 12; k++) {
      const bright = textured(20 + k);
      const dim: Pixels = { ...bright, data: bright.data.map((v) => v * 0.6) };
      const canvas: Lightings = [bright, dim];
      const drawn = drawDefect({ canvas, recipe: recipes[0], exemplars: [e], around: s, random: seeded(k) });
      expect(drawn).toBeDefined();
      if (!drawn) continue;
      expect(area(subtract(changedPixels(canvas, drawn.images), drawn.touched))).toBe(0);
      expect(clearOfBorder(drawn.region)).toBe(true);
      for (const at of [0, 1]) {
        const before = grey(canvas[at]);
        const after = grey(drawn.images[at]);
        let sum = 0;
        for (let i = 0; i < 4096; i++) if (drawn.region.data[i]) sum += before.data[i] - after.data[i];
        expect(sum / area(drawn.region)).toBeGreaterThan(at === 0 ? 40 : 20);
      }
      expect(drawn.measured.reason).toBeUndefined();
    }
  });

  test("where its place comes back a defect lies near where it was, neither mirrored nor turned over", async () => {
    const s = await around([textured(1), textured(2)]);
    const e = { ...pit(s), place: "golden.png" };
    const { recipes } = makeRecipes([want("pit")], [e], s);
    for (let k = 0; k < 12; k++) {
      const canvas: Lightings = [textured(20 + k)];
      const o = {
        canvas,
        recipe: recipes[0],
        exemplars: [e],
        around: s,
        random: seeded(k),
        place: "golden.png",
      };
      const drawn = drawDefect(o);
      const { variation, strength } = (drawn?.parameters ?? {}) as {
        variation: { angle: number; scaleX: number; scaleY: number };
        strength: number;
      };
      expect(Math.abs(variation.angle)).toBeLessThan(0.13);
      expect(Math.min(variation.scaleX, variation.scaleY)).toBeGreaterThan(0.7);
      expect(strength).toBeGreaterThan(0.84);
    }
  });

  test("a faint defect under a film of dirt is found where the model looks, and only there", async () => {
    const s = await around([textured(1), textured(2)]);
    const golden = textured(1);
    const spotAt = (i: number): number => Math.hypot((i % 64) - 40, Math.floor(i / 64) - 44);
    const film = (i: number): number => 16 * Math.sin((i % 64) / 5) * Math.cos(Math.floor(i / 64) / 4);
    const data = golden.data.map(
      (v, k) => v + film(Math.floor(k / 3)) - (spotAt(Math.floor(k / 3)) < 3 ? 9 : 0),
    );
    const test: Pixels = { ...golden, data };
    const heat = {
      width: 64,
      height: 64,
      data: new Float32Array(4096).map((_, i) => (spotAt(i) < 4 ? 0.9 : 0)),
    };
    const found = findDefect([test], [golden], s, heat);
    expect(found).toBeDefined();
    const marked = [...(found?.mask.data ?? []).keys()].filter((i) => found?.mask.data[i]);
    expect(marked.length).toBeGreaterThan(20);
    expect(Math.max(...marked.map(spotAt))).toBeLessThan(9);
  });
});

test("the same place of the same crop is the same defect", () => {
  const a: Mask = { width: 10, height: 10, data: new Uint8Array(100).fill(1, 20, 40) };
  const b: Mask = { width: 10, height: 10, data: new Uint8Array(100).fill(1, 22, 42) };
  const c: Mask = { width: 10, height: 10, data: new Uint8Array(100).fill(1, 60, 80) };
  expect(sameDefect(a, b)).toBe(true);
  expect(sameDefect(a, c)).toBe(false);
});
