import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Board } from "../board/board.js";
import { buildScene, writeScene } from "../build/index.js";
import { openScene } from "../flatten/index.js";
import { recognise } from "../packages/index.js";
import { areaOf, extent, fromFrame, meet, rectangle, regionOf } from "../shape/index.js";
import { BOARDS, boardByName, smallBoard } from "./index.js";
import { newRouter } from "./router.js";

const FAMILIES = [
  "soic",
  "qfp",
  "qfn",
  "bga",
  "electrolytic",
  "tantalum",
  "crystal",
  "connector",
  "header",
  "button",
  "through_hole",
  "diode",
  "sot",
  "led",
  "inductor",
] as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "reflow-boards-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([...BOARDS, "small"])("%s", (name) => {
  let board: Board;
  beforeAll(() => {
    board = name === "small" ? smallBoard(1) : boardByName(name, 1);
  });

  test("parts keep apart and inside the board", () => {
    const boxes = board.placements.map((p) => {
      const spec = recognise(p).spec;
      const frame = { at: p.at, rotation: p.rotation + (spec?.turn ?? 0) };
      const body = rectangle([0, 0], spec?.body[0] ?? 0, spec?.body[1] ?? 0).map((q) => fromFrame(q, frame));
      return extent([...body, ...p.pads.flatMap((pad) => pad.shape.outline)]);
    });
    const [x0, y0, x1, y1] = extent(board.outline.outline);
    const clashes: string[] = [];
    boxes.forEach((a, i) => {
      if (!(a[0] > x0 && a[1] > y0 && a[2] < x1 && a[3] < y1))
        clashes.push(`${board.placements[i].ref} sticks out`);
      for (let k = i + 1; k < boxes.length; k++) {
        const b = boxes[k];
        if (a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1])
          clashes.push(`${board.placements[i].ref} and ${board.placements[k].ref}`);
      }
    });
    expect(clashes).toEqual([]);
  });

  test("references are unique, every package is known", () => {
    const refs = board.placements.map((p) => p.ref);
    expect(new Set(refs).size).toBe(refs.length);
    expect(board.placements.flatMap((p) => recognise(p).problems)).toEqual([]);
  });

  test("it shows what it is for", () => {
    const specs = board.placements.map((p) => recognise(p).spec);
    const names = new Set(specs.map((spec) => spec?.name));
    const families = new Set(specs.map((spec) => spec?.family));
    if (name === "dense") {
      expect(specs.length).toBeGreaterThan(250);
      for (const code of ["0402", "0603", "0805", "1206"]) expect(names).toContain(code);
    } else if (name === "small") {
      for (const code of ["0402", "0603", "0805", "SOT-23"]) expect(names).toContain(code);
    } else for (const family of FAMILIES) expect(families).toContain(family);
  });

  test("the legend keeps off the pads", () => {
    const pads = regionOf(board.placements.flatMap((p) => p.pads.map((pad) => pad.shape)));
    expect(areaOf(meet(regionOf(board.silk), pads))).toBeLessThan(0.1);
  });

  test("the scene is read back without a problem and stays small", async () => {
    const file = path.join(folder, `${name}.usda`);
    const built = buildScene(board, { seed: 1 });
    expect(built.problems).toEqual([]);
    expect(built.components).toBe(board.placements.length);
    await writeScene(built, file);
    expect((await stat(file)).size).toBeLessThan(12e6);
    const { scene, problems } = await openScene(file);
    expect(problems).toEqual([]);
    const keys = new Set(
      scene?.parts.map((p) => p.path.split("/").slice(0, 7).join("/")).filter((k) => k.includes("/tn__")),
    );
    expect(keys.size).toBe(built.components);
  });
});

test("the small board has about a hundred parts, whatever the seed", () => {
  for (const seed of [2, 3, 4]) {
    const { length } = smallBoard(seed).placements;
    expect(Math.abs(length - 100), `seed ${seed}: ${length}`).toBeLessThan(12);
  }
});

test("an unknown board is refused with the names", () => {
  expect(() => boardByName("huge")).toThrow(expect.objectContaining({ code: "board_unknown" }));
});

describe("router", () => {
  const options = { cell: 0.1, trace: 0.2, clearance: 0.2 };
  test("goes round an obstacle and keeps its distance", () => {
    const router = newRouter(10, 10, options);
    router.reserve([5, 5], 0, 7, [0.5, 3]);
    const line = router.route([2, 5], [8, 5], 3, 100_000);
    expect(line?.[0]).toEqual([2, 5]);
    expect(line?.at(-1)).toEqual([8, 5]);
    for (const [x, y] of line ?? []) {
      const away = Math.hypot(Math.max(0, Math.abs(x - 5) - 0.5), Math.max(0, Math.abs(y - 5) - 3));
      expect(away).toBeGreaterThan(0.29);
    }
    expect(router.route([5, 1], [5, 9], 4, 100_000)).toBeDefined();
  });

  test("gives up where there is no way", () => {
    const router = newRouter(10, 10, options);
    router.reserve([5, 5], 0, 0, [0.2, 6]);
    expect(router.route([2, 5], [8, 5], 3, 100_000)).toBeUndefined();
    expect(router.free([5, 5], 0.3, 3)).toBe(false);
  });
});
