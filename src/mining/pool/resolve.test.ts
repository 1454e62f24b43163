import { mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { sharedData } from "../../kit/testing.js";
import { readPool } from "./read.js";
import { resolvePool } from "./resolve.js";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), "pool-")));
});

async function put(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), file);
  }
}

async function resolve(csv: string, more: { within?: string[] } = {}) {
  await put("tables/pool.csv", "images/.keep");
  await writeFile(path.join(root, "tables/pool.csv"), csv);
  const outputCsv = path.join(root, "out/resolved.csv");
  const imagesRoot = path.join(root, "images");
  const summary = await resolvePool({
    csv: path.join(root, "tables/pool.csv"),
    imagesRoot,
    outputCsv,
    light: "L",
    imageExt: ".jpg",
    summary: path.join(root, "out/summary.json"),
    ...more,
  });
  return { summary, text: await readFile(outputCsv, "utf8"), outputCsv, imagesRoot };
}

describe("resolvePool", () => {
  test("finds every form of a row and writes the table as spreadsheet CSV with filepath", async () => {
    await put(
      "images/a/o1_L.jpg",
      "images/g/o1_L.jpg",
      "images/a/flat.jpg",
      "tables/near_L.jpg",
      "images/a/x, y_L.jpg",
    );
    const { summary, text } = await resolve(
      [
        "\ufeffinput_path,golden_path,label,object_name,description",
        'images/a,g,PASS,o1,"has ""quotes"", and commas"',
        "images/a/flat.jpg,,open,,",
        'a/,,PASS,"x, y",é',
        `${root}/images/a,${root}/images/g,PASS,o1,absolute`,
        ".,,PASS,near,beside the table",
        "",
      ].join("\r\n"),
    );
    expect(summary).toEqual({ rows: 5, missing: 0, ambiguous: 0 });
    expect(text).toBe(
      [
        "input_path,golden_path,label,object_name,description,filepath",
        'images/a,g,PASS,o1,"has ""quotes"", and commas",a/o1_L.jpg',
        "images/a/flat.jpg,,open,,,a/flat.jpg",
        'a/,,PASS,"x, y",é,"a/x, y_L.jpg"',
        `${root}/images/a,${root}/images/g,PASS,o1,absolute,a/o1_L.jpg`,
        `.,,PASS,near,beside the table,${root}/tables/near_L.jpg`,
        "",
      ].join("\r\n"),
    );
    expect(JSON.parse(await readFile(path.join(root, "out/summary.json"), "utf8"))).toEqual(summary);
  });

  test("filepath wins over input_path, input_path over image_path; links count as their target", async () => {
    await put("images/1.jpg", "images/2.jpg", "images/3.jpg");
    await symlink("../images/1.jpg", path.join(root, "images", "link.jpg"));
    const { text } = await resolve(
      "image_path,filepath,input_path,label\n3.jpg,1.jpg,2.jpg,a\n3.jpg,,2.jpg,a\n3.jpg,,,a\nlink.jpg,,,a\n",
    );
    const column = text.split("\r\n").map((line) => line.split(",")[1]);
    expect(column).toEqual(["filepath", "1.jpg", "2.jpg", "3.jpg", "1.jpg", undefined]);
  });

  test("missing and ambiguous rows are refused together, a leading images/ of a golden is not removed", async () => {
    await put("images/a/o_L.jpg", "tables/a/o_L.jpg", "images/b/q_L.jpg", "images/g/q_L.jpg");
    const csv =
      "input_path,golden_path,label,object_name\na,,PASS,o\nnone,,PASS,o\nb,images/g,PASS,q\nb,g,PASS,q\n";
    const error = await resolve(csv).catch((e) => e);
    expect(error).toMatchObject({ code: "mining_pool_unresolved", kind: "data" });
    expect(error.problems.map((p: { message: string }) => p.message)).toEqual([
      "row 2: input resolved 2 files",
      "row 3: input resolved 0 files",
      "row 4: golden resolved 0 files",
    ]);
    await expect(readFile(path.join(root, "out/resolved.csv"))).rejects.toThrow();
  });

  test("a path that leads out of the allowed folders is refused, also through a link", async () => {
    await put("secret/x_L.jpg", "images/ok_L.jpg");
    await symlink(path.join(root, "secret"), path.join(root, "images", "door"));
    const csv = "input_path,label,object_name\n.,PASS,ok\n../secret,PASS,x\ndoor,PASS,x\n";
    expect((await resolve(csv)).summary.rows).toBe(3);
    const within = [path.join(root, "images")];
    const error = await resolve(csv, { within }).catch((e) => e);
    expect(error.problems.map((p: { where: { row: number } }) => p.where.row)).toEqual([3, 4]);
  });

  test("a link loop is a missing file, not a crash", async () => {
    await put("images/.keep");
    await symlink("loop.jpg", path.join(root, "images", "loop.jpg"));
    await expect(resolve("filepath,label\nloop.jpg,a\n")).rejects.toMatchObject({
      code: "mining_pool_unresolved",
    });
  });

  test.each([
    ["mining_pool_empty", ""],
    ["mining_pool_empty", "input_path,label\n"],
    ["mining_pool_unresolved", "input_path,label\na\n"],
    ["csv_not_utf8", Buffer.from("input_path,label\ncaf\xe9,a\n", "latin1")],
  ])("refuses with %s: %j", async (code, csv) => {
    await put("tables/.keep");
    await expect(resolve(csv as string)).rejects.toMatchObject({ code });
  });

  test("no pool is a hard stop", async () => {
    const o = { csv: path.join(root, "none.csv"), imagesRoot: root, outputCsv: path.join(root, "o.csv") };
    await expect(resolvePool(o)).rejects.toMatchObject({ code: "mining_pool_missing" });
  });
});

describe("readPool", () => {
  test("gives absolute real paths, all lightings, and notes missing goldens", async () => {
    await put("images/a/o_L.jpg", "images/a/o_M.jpg", "images/g/o_L.jpg", "images/g/o_M.jpg");
    const { outputCsv, imagesRoot } = await resolve(
      "input_path,golden_path,label,object_name,boardname\na,g, Open,o,B\na,,PASS,o,B\n",
    );
    const o = {
      resolvedCsv: outputCsv,
      sourceCsv: path.join(root, "tables/pool.csv"),
      imagesRoot,
      imageExt: ".jpg",
    };
    const { rows } = await readPool({ ...o, lights: ["L", "M"] });
    expect(rows[0]).toMatchObject({
      filepath: path.join(root, "images/a/o_L.jpg"),
      label: "open",
      ng: 1,
      hasGolden: true,
      boardname: "B",
      test: ["L", "M"].map((l) => path.join(root, `images/a/o_${l}.jpg`)),
      golden: ["L", "M"].map((l) => path.join(root, `images/g/o_${l}.jpg`)),
    });
    expect(rows[1]).toMatchObject({ hasGolden: false, ng: 0 });
    const error = await readPool({ ...o, lights: ["L", "N"] }).catch((e) => e);
    expect(error).toMatchObject({ code: "mining_pool_unresolved" });
    expect(error.message).toContain("o_N.jpg is missing");
  });

  const pool = sharedData("deeppcb");
  test.skipIf(!pool)("resolves and reads the whole pool of the shared deeppcb data", async () => {
    const images = path.join(pool as string, "images");
    const csv = path.join(pool as string, "augmentation", "mining_pool", "mining_pool.csv");
    const outputCsv = path.join(root, "resolved.csv");
    expect(await resolvePool({ csv, imagesRoot: images, outputCsv })).toMatchObject({ rows: 4200 });
    const table = await readPool({
      resolvedCsv: outputCsv,
      sourceCsv: csv,
      imagesRoot: images,
      lights: ["SolderLight"],
      imageExt: ".jpg",
    });
    expect(table.rows).toHaveLength(4200);
    expect(table.rows.every((row) => row.hasGolden)).toBe(true);
    expect(new Set(table.rows.map((row) => row.filepath)).size).toBe(4200);
  });
});
