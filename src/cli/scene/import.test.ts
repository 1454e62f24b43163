import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openScene } from "../../scene/flatten/index.js";
import { dialectBoard } from "../../scene/kicad/fixtures/dialects.js";

const cli = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "reflow-cli-import-"));
const board = path.join(root, "demo board.kicad_pcb");
writeFileSync(board, dialectBoard(9));

const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, "scene", "import", ...args], { encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

describe("reflow scene import", () => {
  test("a KiCad board becomes a scene that reads back; the table says what was found", async () => {
    const output = path.join(root, "a.usda");
    const { code, out, err } = run(board, "--output", output);
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining("Next: reflow scene render"),
    });
    expect(out).toContain("demo board, 30 × 20 mm, 1.2 mm thick, 1 cut-out");
    expect(out).toContain("components  3 (2 top, 1 bottom), 6 pads");
    expect(out).toContain("families    connector 1, diode 1, resistor 1");
    const { scene, problems } = await openScene(output);
    expect(problems.filter((p) => p.severity === "error")).toEqual([]);
    expect(scene!.parts.some((p) => p.path.includes("_R_0603_1608Metric"))).toBe(true);
    expect(scene!.metersPerUnit).toBe(0.001);
  });

  test("the same input gives the same bytes; packages too", () => {
    const [one, two, packed] = ["1.usda", "2.usda", "3.usdz"].map((n) => path.join(root, n));
    for (const output of [one, two, packed]) expect(run(board, "--output", output).code).toBe(0);
    expect(readFileSync(one).equals(readFileSync(two))).toBe(true);
    expect(readFileSync(packed).subarray(0, 2).toString()).toBe("PK");
  });

  test("--json", () => {
    const { code, out } = run(board, "--output", path.join(root, "j.usda"), "--json");
    expect(code).toBe(0);
    const { type, name, value } = JSON.parse(out);
    expect({ type, name }).toEqual({ type: "result", name: "import" });
    expect(value.board).toMatchObject({ width: 30, height: 20, components: 3 });
    expect(value.problems).toEqual([]);
  });

  test("what cannot be read is one error, exit 3, and writes nothing", () => {
    const cut = path.join(root, "cut.kicad_pcb");
    writeFileSync(cut, dialectBoard(9).slice(0, 700));
    const output = path.join(root, "cut.usda");
    const { code, out, err } = run(cut, "--output", output);
    expect(code).toBe(3);
    expect(out).toBe("");
    expect(err).toMatch(/^kicad_truncated: /);
    expect(err).toContain(`at ${cut}:`);
    expect(err).not.toContain("    at ");
    expect(existsSync(output)).toBe(false);
    const asJson = run(root, "--output", output, "--json");
    expect(asJson.code).toBe(3);
    expect(JSON.parse(asJson.out)).toMatchObject({ type: "error", code: "gerber_none", exit_code: 3 });
  });

  test("usage", () => {
    expect(run(board).code).toBe(2);
    expect(run(board, "--output", "x.usdc")).toMatchObject({
      code: 2,
      err: expect.stringContaining("scene_name_invalid"),
    });
    expect(run(board, "--output", "x.usda", "--seed", "-1").code).toBe(2);
  });
});
