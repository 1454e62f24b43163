import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashText, writeJsonAtomic } from "../../kit/index.js";
import { BUNDLE } from "./files.js";
import { inferCsv, judged } from "./infer.js";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "reflow-infer-"));
  const texts: Record<string, string> = {
    [BUNDLE.model]: "onnx",
    [BUNDLE.preprocessing]: JSON.stringify({ lights: ["L"], imageExt: ".jpg" }),
    [BUNDLE.thresholds]: JSON.stringify({ threshold: 0.5, decision_threshold: 0.6, next_score_above: 0.7 }),
    [BUNDLE.contract]: "{}",
    [BUNDLE.result]: "{}",
    [BUNDLE.golden]: JSON.stringify({ pairs: [] }),
    [BUNDLE.card]: "# card",
  };
  const files = [];
  await mkdir(path.join(dir, "golden"));
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(path.join(dir, name), text);
    files.push({ path: name, sha256: hashText(text), bytes: text.length });
  }
  await writeJsonAtomic(path.join(dir, BUNDLE.manifest), { format: "reflow-bundle", version: 1, files });
});
afterAll(() => rm(dir, { recursive: true }));

async function infer(text: string, output?: string) {
  const csv = path.join(dir, "rows.csv");
  await writeFile(csv, text);
  return inferCsv({
    bundle: dir,
    csv,
    imagesDir: dir,
    output: output ?? path.join(dir, "out.csv"),
    workers: 1,
  });
}

test("columns of an earlier scoring are replaced", () => {
  const header = ["a", "siamese_score", "b", "verdict"];
  expect(judged(header, [["1", "0.9", "2", "NG"]], [0.25], 0.5)).toEqual({
    header: ["a", "b", "siamese_score", "verdict"],
    lines: [["1", "2", "0.25", "PASS"]],
    ng: 0,
  });
  expect(judged(header, [["1", "0.9", "2", "NG"]], [0.75], null).header).toEqual(["a", "b", "siamese_score"]);
});

test("an output that is the input, a folder or below a file is refused before any work", async () => {
  const text = "input_path,golden_path,object_name\na,b,C1\n";
  const csv = path.join(dir, "rows.csv");
  await expect(infer(text, csv)).rejects.toMatchObject({ code: "output_is_input", exitCode: 2 });
  expect(await readFile(csv, "utf8")).toBe(text);
  await expect(infer(text, dir)).rejects.toMatchObject({ code: "is_a_folder", exitCode: 2 });
  await expect(infer(text, path.join(csv, "x.csv"))).rejects.toMatchObject({ code: "not_a_folder" });
});

test("all missing images are listed with their rows, twenty at most", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `a,b,C${i}`);
  const error = await infer(`input_path,golden_path,object_name\n${rows.join("\n")}\n`).catch((e) => e);
  expect(error).toMatchObject({ code: "image_missing", exitCode: 3, where: { row: 2 } });
  expect(error.message).toMatch(/^60 images are missing/);
  expect(error.problems).toHaveLength(20);
  expect(error.problems[2].where).toEqual({ file: path.join(dir, "rows.csv"), row: 3 });
});

test("a missing column does not ask for labels", async () => {
  const error = await infer("input_path,golden_path\na,b\n").catch((e) => e);
  expect(error).toMatchObject({ code: "column_missing" });
  expect(error.hint).not.toContain("label");
});
