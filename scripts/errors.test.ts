import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { CODES } from "../src/dataset/index.js";
// @ts-expect-error a script without types
import { codesOfDoctor, codesOfSource } from "./errors.mjs";

const root = path.join(import.meta.dirname, "..");
const inSource = new Set<string>((codesOfSource() as Map<string, unknown>).keys());
const doctor = codesOfDoctor() as Set<string>;
const page = readFileSync(path.join(root, "docs", "errors.md"), "utf8");
const listed = new Set([...page.matchAll(/^\| `(\w+)` \|/gm)].map((m) => m[1] as string));
const HOW = "run `node scripts/errors.mjs --write` and commit docs/errors.md";

test("every code of the source is in docs/errors.md or docs/doctor.md, and no other", () => {
  expect(
    [...inSource].filter((code) => !listed.has(code) && !doctor.has(code)),
    HOW,
  ).toEqual([]);
  expect(
    [...listed].filter((code) => !inSource.has(code)),
    HOW,
  ).toEqual([]);
});

test("docs/doctor.md has the doctor's codes, all and only", () => {
  expect([...doctor].sort()).toEqual(Object.keys(CODES).sort());
});

/** Made up by tests, or of another program's files. */
const MADE_UP = new Set(["bad_row", "fake_failure"]);

test("the search finds every code that a test of ours expects", () => {
  const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" });
  const expected = files
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [
      ...readFileSync(path.join(root, "src", file), "utf8").matchAll(/\bcode: "([a-z0-9]+(?:_[a-z0-9]+)+)"/g),
    ])
    .map((m) => m[1] as string);
  expect(new Set(expected).size).toBeGreaterThan(90);
  const known = (code: string) => listed.has(code) || doctor.has(code) || MADE_UP.has(code);
  expect([...new Set(expected)].filter((code) => !known(code))).toEqual([]);
});

test("a code comes with its exit code, its words and what to do", () => {
  const line = (code: string) => page.split("\n").find((l) => l.startsWith(`| \`${code}\` |`));
  expect(line("plan_missing")).toBe(
    "| `plan_missing` | 3 | the run has no plan.json | It was not made by reflow; start a new run. |",
  );
  expect(line("metric_far_range")).toContain(
    "| 2 | a FAR of … % cannot be asked for | It lies from 0 to 100 %. |",
  );
  expect(line("disk_full")).toContain("the disk is full");
});
