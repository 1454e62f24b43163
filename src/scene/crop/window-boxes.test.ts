import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { toJson, writeFileAtomic } from "../../kit/files.js";
import { decodeNpyRecords, encodeNpyRecords } from "../../kit/npy.js";
import { boxFiles } from "./boxes.js";
import { cropBoxes } from "./window-boxes.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-window-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const NAMES = ["semanticId", "x_min", "y_min", "x_max", "y_max", "occlusionRatio"] as const;

test("components wholly inside the window, in its pixels, one box each (contract 4.5)", async () => {
  const files = boxFiles(folder, "0000");
  const rows = [
    [1, 10, 10, 19, 19, 0],
    [1, 18, 12, 25, 15, 0.5],
    [2, 40, 30, 59, 49, 0],
    [2, 41, 30, 60, 49, 0],
  ].map(
    (row) =>
      Object.fromEntries(NAMES.map((name, i) => [name, row[i]!])) as Record<(typeof NAMES)[number], number>,
  );
  const fields = NAMES.map((name) => ({ name, type: name === "occlusionRatio" ? "<f4" : "<i4" }) as const);
  await writeFileAtomic(files.boxes, encodeNpyRecords({ fields, rows }));
  await writeFileAtomic(files.labels, toJson({ 1: { class: "capacitor" }, 2: { class: "ic" } }));
  await writeFileAtomic(files.paths, toJson(["/W/C1/body", "/W/C1/lead", "/W/U1/body", "/W/U2/body"]));
  const target = path.join(folder, "aligned");
  // The last column of U1 is the window's last one; U2 reaches one further.
  const cut = await cropBoxes(folder, "0000", 3, { x: 10, y: 5, width: 50, height: 45 }, target);
  expect(cut?.perClass).toEqual({
    capacitor: { total: 1, kept: 1, dropped: 0 },
    ic: { total: 2, kept: 1, dropped: 1 },
  });
  expect(cut?.totals).toEqual({ total: 3, kept: 2, dropped: 1 });
  const to = boxFiles(target, "0000");
  expect(decodeNpyRecords(await readFile(to.boxes), to.boxes).rows.map((r) => Object.values(r))).toEqual([
    [1, 0, 5, 15, 14, -1],
    [2, 30, 25, 49, 44, -1],
  ]);
  expect(JSON.parse(await readFile(to.paths, "utf8"))).toEqual(["/W/C1", "/W/U1"]);
  expect(JSON.parse(await readFile(to.labels, "utf8"))).toEqual({
    1: { class: "capacitor" },
    2: { class: "ic" },
  });
});

test("a frame without boxes has none", async () => {
  expect(
    await cropBoxes(folder, "0007", 3, { x: 0, y: 0, width: 9, height: 9 }, path.join(folder, "none")),
  ).toBeUndefined();
});
