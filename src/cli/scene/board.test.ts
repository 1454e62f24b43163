import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../../bin/reflow.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "reflow-cli-board-"));
const run = (...args: string[]) => {
  const done = spawnSync(process.execPath, [cli, "scene", "board", ...args], { encoding: "utf8" });
  return { code: done.status, out: done.stdout, err: done.stderr };
};

describe("reflow scene board", () => {
  test("writes a package and says what is in it", () => {
    const output = path.join(root, "new folder", "dense.usdz");
    const { code, out } = run("dense", "--output", output, "--json");
    expect(code).toBe(0);
    const { value } = JSON.parse(out);
    expect(value).toMatchObject({ file: output, board: "dense", seed: 1 });
    expect(value.components).toBeGreaterThan(250);
    expect(readFileSync(output).subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  });

  test.each([
    [["huge", "--output", path.join(root, "a.usda")], "board_unknown"],
    [["dense", "--output", path.join(root, "a.usdc")], "scene_name_invalid"],
    [["dense", "--output", path.join(root, "a.usda"), "--seed", "-1"], "--seed"],
    [["dense"], "--output"],
  ])("%j is refused: %s", (args, word) => {
    const { code, err } = run(...args);
    expect(code).toBe(2);
    expect(err).toContain(word);
    expect(err).not.toContain("    at ");
    expect(existsSync(path.join(root, "a.usda"))).toBe(false);
  });
});
