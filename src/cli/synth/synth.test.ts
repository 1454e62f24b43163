import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeModel } from "../../changenet/onnx/model.js";
import { type Pixels, writeImage } from "../../kit/images.js";

const cli = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "reflow-cli-synth-"));
const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, "synth", ...args], { encoding: "utf8", cwd: root });
  return { code: done.status, out: done.stdout, err: done.stderr };
};
const [W, H] = [48, 40];
const shape = (r: number, inside: number, outside: (i: number) => number): Pixels => ({
  width: W,
  height: H,
  channels: 1,
  data: Uint8Array.from({ length: W * H }, (_, i) =>
    Math.hypot((i % W) - 24, Math.floor(i / W) - 20) <= r ? inside : outside(i),
  ),
});

beforeAll(async () => {
  const at = (...parts: string[]): string => path.join(root, "data", "Tile", ...parts);
  await writeImage(
    at("clean_image", "c.png"),
    shape(0, 120, (i) => 110 + (i % 17)),
  );
  await writeImage(
    at("anomaly_image", "pit", "a.png"),
    shape(5, 30, (i) => 110 + (i % 13)),
  );
  await writeImage(
    at("mask", "pit", "a_mask.png"),
    shape(5, 255, () => 0),
  );
  await writeImage(
    path.join(root, "m.png"),
    shape(6, 255, () => 0),
  );
  const row = {
    image_filename: "data/Tile/clean_image/c.png",
    mask_filename: "m.png",
    anomaly_type: "Tile+pit",
  };
  writeFileSync(path.join(root, "testcase.jsonl"), `${JSON.stringify(row)}\n`);
  writeFileSync(path.join(root, "half.jsonl"), `${JSON.stringify(row)}\n{"anomaly_type":"Tile+pit"}\n`);
});

describe("reflow synth", () => {
  test("fit from a single exemplar, then run", () => {
    const fit = run("fit", "--dataset", "data", "--output", "ck", "--plain");
    expect(fit).toMatchObject({
      code: 0,
      out: expect.stringContaining("Tile+pit: 1 specimens, 1 with a picture"),
    });
    expect(fit.err).toContain("Next: reflow synth run --checkpoint ck");
    const made = run(
      "run",
      "--checkpoint",
      "ck",
      "--testcases",
      "testcase.jsonl",
      "--output",
      "out",
      "--json",
    );
    expect(made.code).toBe(0);
    const { value } = JSON.parse(made.out.trim().split("\n").at(-1) as string);
    expect(value).toMatchObject({ lines: 1, made: 1, instances: 1, counts: { "Tile+pit": 1 } });
    expect(readFileSync(path.join(root, "out", "SDG_result.csv"), "utf8").split("\n")).toHaveLength(3);
  });

  test("a user's encoder judges; one that is none is one clear error", () => {
    // The mean of each channel: a vector of three numbers for the square around a defect.
    writeFileSync(
      path.join(root, "mean.onnx"),
      encodeModel({
        nodes: [
          {
            op: "ReduceMean",
            inputs: ["pixels"],
            outputs: ["vector"],
            attributes: { axes: [2, 3], keepdims: 0 },
          },
        ],
        constants: new Map(),
        inputs: [{ name: "pixels", type: "float", shape: ["N", 3, 8, 8] }],
        outputs: [{ name: "vector", type: "float", shape: ["N", 3] }],
      }),
    );
    const args = ["run", "--checkpoint", "ck", "--testcases", "testcase.jsonl", "--json"];
    const own = run(...args, "--output", "own", "--encoder", "mean.onnx");
    expect([own.code, own.err]).toEqual([0, ""]);
    const plain = run(...args, "--output", "plain");
    const score = (out: string) =>
      JSON.parse(out.trim().split("\n").at(-1) as string).value.types[0].nn_score;
    expect(score(own.out)).toBeGreaterThan(0.5);
    expect(score(own.out)).not.toBe(score(plain.out));
    for (const [encoder, code] of [
      ["gone.onnx", "file_missing"],
      ["m.png", "encoder"],
    ] as const) {
      const bad = run(...args.slice(0, -1), "--output", "bad", "--encoder", encoder);
      expect([bad.code, bad.err]).toEqual([3, expect.stringContaining(code)]);
      expect(bad.err).not.toContain("    at ");
    }
  });

  test("search and filter leave their folders", () => {
    const done = run(
      ...["run", "--checkpoint", "ck", "--testcases", "testcase.jsonl", "--output", "ref"],
      ...["--search", "1", "--nn-threshold", "0.2", "--plain"],
    );
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining("Refined: 1 kept") });
    expect(readFileSync(path.join(root, "ref", "filtered", "SDG_result.csv"), "utf8")).toMatch(
      /,guardrail_pass,nn_score,source\n/,
    );
    expect(readFileSync(path.join(root, "ref", "searched", "search_summary.csv"), "utf8")).toMatch(
      /^sample_index,/,
    );
  });

  test("a bad row: the rest is made, exit 3, the line is named", () => {
    const done = run("run", "--checkpoint", "ck", "--testcases", "half.jsonl", "--output", "half", "--plain");
    expect(done.code).toBe(3);
    expect(done.out).toContain("1 pictures of 2 test cases");
    expect(done.err).toContain("testcase_field");
  });

  test.each([
    [["fit", "--dataset", "gone", "--output", "x"], 3, "dataset_folder_missing"],
    [
      ["run", "--checkpoint", "data", "--testcases", "testcase.jsonl", "--output", "x"],
      3,
      "checkpoint_missing",
    ],
    [["run", "--checkpoint", "ck", "--testcases", "gone.jsonl", "--output", "x"], 3, "file_missing"],
    [["run", "--checkpoint", "ck", "--testcases", "testcase.jsonl"], 2, "--output"],
    [["run", "--checkpoint", "ck", "--testcases", "m.png", "--output", "x"], 3, "not_utf8"],
    [
      ["run", "--checkpoint", "ck", "--testcases", "testcase.jsonl", "--output", "x", "--nn-threshold", "2"],
      2,
      "--nn-threshold",
    ],
  ])("%j is refused with exit %i: %s", (args, code, word) => {
    const done = run(...args);
    expect(done.code).toBe(code);
    expect(done.err).toContain(word);
    expect(done.err).not.toContain("    at ");
  });
});
