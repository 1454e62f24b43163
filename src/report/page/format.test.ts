import { describe, expect, test } from "vitest";
import { count, duration, interval, labelName, percent, plural, score, shortPercent } from "./format.js";

const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("format", () => {
  test.each([
    [0, "0 %"],
    [1, "100 %"],
    [0.28667, "28.7 %"],
    [0.0733, "7.33 %"],
    [0.00083, "0.083 %"],
    [0.000021, "0.0021 %"],
    [0.99996, "99.996 %"],
    [Number.NaN, "–"],
  ])("percent(%d) = %s", (value, text) => expect(plain(percent(value))).toBe(text));

  test("axis percent has no digits that say nothing", () => {
    expect([0.05, 0.005, 0.2, 1].map((v) => plain(shortPercent(v)))).toEqual([
      "5 %",
      "0.5 %",
      "20 %",
      "100 %",
    ]);
  });

  test("scores near the ends keep the digits that tell them apart", () => {
    expect([0.4567, 0.00012, 0.99987, 0, 12.345, Number.NaN].map(score)).toEqual([
      "0.457",
      "1.2e−4",
      "0.99987",
      "0",
      "12.345",
      "–",
    ]);
  });

  test("counts, intervals, durations, names", () => {
    expect([0, 999, 1000, 1234567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
    expect(plain(interval({ low: 0.001, high: 0.0107 }))).toBe("0.10 – 1.07 %");
    expect([42, 60, 125, 3725].map((s) => plain(duration(s)))).toEqual([
      "42 s",
      "1 min",
      "2 min 5 s",
      "1 h 2 min",
    ]);
    expect([plural(1, "row"), plural(0, "row"), plural(2, "class", "classes")]).toEqual([
      "1 row",
      "0 rows",
      "2 classes",
    ]);
    expect(["baseline", "iter12"].map(labelName)).toEqual(["Baseline", "Iteration 12"]);
  });
});
