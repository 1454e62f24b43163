import { expect, test } from "vitest";
import { type Attempt, bestAttempts, type FilterSample, filterSamples, missingAfter } from "./select.js";

test("the best attempt at each line; no score never wins, the earlier wins a tie", () => {
  const attempt = (line: number, round: number, nn?: number): Attempt => ({
    line,
    round,
    guidance: 7,
    cropRatio: 2,
    nn,
    name: `${line}/${round}`,
  });
  const best = bestAttempts([
    attempt(1, 0, 0.4),
    attempt(0, 0),
    attempt(0, 1, 0.1),
    attempt(0, 2, 0.1),
    attempt(1, 1),
    attempt(2, 0),
  ]);
  expect(best.map((b) => [b.best.name, b.tried])).toEqual([
    ["0/1", 3],
    ["1/0", 2],
    ["2/0", 1],
  ]);
});

test("passing ones stay, new passing ones best first, then failing new ones, then dropped originals", () => {
  const sample = (key: string, nn?: number, defectType = "A+x"): FilterSample => ({ key, defectType, nn });
  const samples = [
    sample("a", 0.9),
    sample("b", 0.3),
    sample("c", 0.2),
    sample("d"),
    sample("e", 0.5, "B+y"),
  ];
  expect([...missingAfter(samples, 0.4)]).toEqual([["A+x", 3]]);
  const regens = [sample("r", 0.5), sample("s", 0.1)];
  expect(filterSamples(samples, regens, 0.4).map((k) => [k.sample.key, k.passed])).toEqual([
    ["a", true],
    ["r", true],
    ["s", false],
    ["b", false],
    ["e", true],
  ]);
});
