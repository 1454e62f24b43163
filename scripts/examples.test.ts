import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = (name: string, ...args: string[]) =>
  execFileSync(process.execPath, [`examples/${name}`, ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: "pipe",
  });

test("far-with-interval prints the worked numbers", () => {
  const text = run("far-with-interval.mjs");
  expect(text).toContain("threshold 0.2");
  expect(text).toContain("FAR 25.0 % (1 of 4 good parts)");
  expect(text).toContain("299 defects");
});

test("score-with-onnxruntime says how it is used", () => {
  expect(() => run("score-with-onnxruntime.mjs")).toThrowError(/usage/);
});
