import { mkdir, mkdtemp, readFile, realpath, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { decodeImage, writeImage } from "../../kit/index.js";
import type { PoolRow } from "../pool/read.js";
import { writeMinedRows } from "./rows.js";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), "rows-")));
  await mkdir(path.join(root, "ws", "images"), { recursive: true });
});

async function image(file: string): Promise<string> {
  const full = path.join(root, file);
  await mkdir(path.dirname(full), { recursive: true });
  const data = Uint8Array.from({ length: 64 }, (_, i) => i * 4);
  await writeImage(full, { width: 8, height: 8, channels: 1, data });
  return full;
}

function row(test: string, golden: string, more: Partial<PoolRow> = {}): PoolRow {
  return {
    index: 0,
    line: 2,
    label: "open",
    ng: 1,
    inputPath: "",
    goldenPath: "",
    objectName: "o",
    boardname: "B",
    test: [test],
    golden: [golden],
    filepath: test,
    hasGolden: true,
    cells: { filepath: "x", label: "Open", boardname: "B", note: "a, b", comp_name: "C1" },
    ...more,
  };
}

async function written(rows: readonly PoolRow[], images = path.join(root, "ws", "images")) {
  const o = {
    rows: rows.map((r) => ({ row: r, target: "/t.png", targetLabel: "open", similarity: 0.5 })),
    workspace: path.join(root, "ws"),
    imagesRoot: images,
    lights: ["L"],
    imageExt: ".png",
    stageDir: path.join(root, "ws", "results", "run", "iter1", "images"),
    iteration: 1,
    rowsCsv: path.join(root, "rows.csv"),
    provenanceCsv: path.join(root, "rows_provenance.csv"),
  };
  const result = await writeMinedRows(o);
  const [header, ...lines] = (await readFile(o.rowsCsv, "utf8")).trimEnd().split("\n");
  return { ...result, header, lines };
}

test("a row in place keeps its columns, without the locator columns, and quotes commas", async () => {
  const r = row(await image("ws/images/t/o_L.png"), await image("ws/images/g/o_L.png"));
  const { header, lines, staged } = await written([r]);
  expect(header).toBe("input_path,golden_path,label,object_name,boardname,comp_name,note");
  expect(lines).toEqual(['images/t,images/g,open,o,B,C1,"a, b"']);
  expect(staged).toBe(0);
});

test("an images folder that is a link out of the workspace is named by the link", async () => {
  await mkdir(path.join(root, "disk"));
  const images = path.join(root, "linked");
  await mkdir(images);
  await symlink(path.join(root, "disk"), path.join(images, "images"));
  const r = row(await image("disk/t/o_L.png"), await image("disk/g/o_L.png"));
  const o = {
    rows: [{ row: r, target: "", targetLabel: "", similarity: 1 }],
    workspace: images,
    imagesRoot: path.join(root, "disk"),
    lights: ["L"],
    imageExt: ".png",
    stageDir: path.join(images, "results"),
    iteration: 1,
    rowsCsv: path.join(root, "r.csv"),
    provenanceCsv: path.join(root, "p.csv"),
  };
  await writeMinedRows(o);
  expect(await readFile(o.rowsCsv, "utf8")).toContain("images/t,images/g,open,o");
});

test("files that the trainer could not find by name are staged, in the true format of the extension", async () => {
  const cases = [
    // A golden with another name, a flat file without lighting, another format, and a file outside the workspace.
    row(await image("ws/images/t/o_L.png"), await image("ws/images/g/master.png")),
    row(await image("ws/images/t/flat.png"), await image("ws/images/g/flat.png"), { objectName: "flat" }),
    row(await image("ws/images/t/o_L.jpg"), await image("ws/images/g/o_L.jpg")),
    row(await image("away/o_L.png"), await image("away/g/o_L.png")),
  ];
  const { lines, staged } = await written(cases);
  expect(staged).toBe(4);
  for (const [i, line] of lines.entries()) {
    const [input, golden, , object] = line.split(",");
    expect(input).toBe(`results/run/iter1/images/mined_iter1_test/0000${i}`);
    for (const folder of [input, golden]) {
      const file = path.join(root, "ws", folder as string, `${object}_L.png`);
      expect((await readFile(file)).subarray(1, 4).toString()).toBe("PNG");
      expect((await decodeImage(file)).width).toBe(8);
    }
  }
});

test("a defect without golden is a hard stop", async () => {
  const file = await image("ws/images/t/o_L.png");
  await expect(written([row(file, file, { hasGolden: false })])).rejects.toMatchObject({
    code: "mined_golden_missing",
    where: { row: 2 },
  });
});
