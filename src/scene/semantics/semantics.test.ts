import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IDENTITY } from "../matrix.js";
import type { Prim, Scene } from "../model.js";
import { blockScene } from "../poses/fixtures.js";
import { walkPrims } from "../prims.js";
import { baselineLabels } from "./baseline.js";
import { globToRegExp } from "./glob.js";
import { colorKey, colorMap, distinctColors, makePalette } from "./palette.js";
import { type LabelRule, labelScene, layered, matchRules } from "./rules.js";

const matches = (glob: string, path: string) => globToRegExp(glob).test(path);

describe("globs (contract 2.1)", () => {
  test.each([
    ["**/_0402_*", "/World/x/_0402_H060", true],
    ["**/_0402_*", "/World/x/_0402_H060/tn__1", false],
    ["**/a", "/a", true],
    ["**/a", "a", false],
    ["/World/*/b", "/World/x/b", true],
    ["/World/*/b", "/World/x/y/b", false],
    ["/World/**/b", "/World/x/y/b", true],
    ["/World/?", "/World/x", true],
    ["/World/?", "/World/xy", false],
    ["/World/?", "/World//", false],
    ["/a.b+c(d)[e]{f}|g^$", "/a.b+c(d)[e]{f}|g^$", true],
    ["/a.b", "/axb", false],
    ["/World", "/World/x", false],
  ])("%s on %s: %s", (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  test("a path without wildcards matches itself alone, whatever its characters", () => {
    const text = fc.string({ unit: "grapheme" }).filter((s) => !/[*?]/.test(s));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(matches(a, a)).toBe(true);
        expect(matches(a, b)).toBe(a === b);
        expect(matches(`**${a}**`, `${b}${a}${b}`)).toBe(true);
      }),
    );
  });
});

const BOX = { min: [0, 0, 0], max: [1, 1, 1] } as const;
const R1 = "/World/board/_0402/tn__R1_";
const U1 = "/World/board/_QFN/tn__U1_";
const scene: Scene = blockScene([
  { path: R1, local: IDENTITY, box: BOX },
  { path: "/World/board/_0402/tn__R2_", local: IDENTITY, box: BOX },
  { path: U1, local: IDENTITY, box: BOX },
]);
const labelsOf = (s: Scene) => Object.fromEntries(s.parts.map((p) => [p.path.split("/").at(-2), p.labels]));

describe("rules", () => {
  const rules: readonly LabelRule[] = [
    { match: "**/_0402/*", labels: { class: "capacitor", size: 402 } },
    { match: "**/tn__R1_", labels: { class: "resistor" } },
    { match: "**/nothing", labels: { class: "x" } },
    { match: "**", labels: null },
  ];

  test("replace style: the later rule wins per key, other keys stay; values become text", () => {
    const stats = matchRules(scene, rules);
    expect(stats.merged[R1]).toEqual({ class: "resistor", size: "402" });
    expect(stats.per_rule.map((r) => r.n_matched)).toEqual([2, 1, 0, 0]);
    expect(stats).toMatchObject({ n_rules: 4, n_prims_affected: 2, n_label_keys_total: 4, dry_run: false });
  });

  test("add style: values are joined in rule order, equal ones once", () => {
    const stats = matchRules(scene, [...rules, rules[1]!], { style: "add" });
    expect(stats.merged[R1]).toEqual({ class: "capacitor,resistor", size: "402" });
  });

  test("proxies match, and their instance is named; a dry run changes no instance", () => {
    const proxied = (prim: Prim, below: boolean): Prim => ({
      ...prim,
      proxy: below,
      children: prim.children.map((c) => proxied(c, below || prim.path === U1)),
    });
    const root = proxied(scene.root, false);
    const rule = [{ match: "**/tn__U1_/body", labels: { class: "ic" } }];
    expect(matchRules({ root }, rule)).toMatchObject({
      n_uninstanced_ancestors: 1,
      uninstanced_ancestors: [U1],
    });
    expect(matchRules({ root }, rule, { dryRun: true })).toMatchObject({
      n_uninstanced_ancestors: 0,
      dry_run: true,
    });
  });

  test("labels are inherited, deeper ones win, authored ones stay for other keys", () => {
    const authored: Scene = {
      ...scene,
      root: [...walkPrims(scene.root)].find((p) => p.path === "/" || p.path === "")! as Prim,
    };
    (authored.root.children[0] as { labels: Record<string, string> }).labels = { net: "gnd", class: "board" };
    const written = layered(
      baselineLabels(authored, "/World/board", ["_0402"]),
      matchRules(authored, [{ match: "**/tn__R1_/body", labels: { class: "solder" } }]).merged,
    );
    expect(labelsOf(labelScene(authored, written))).toEqual({
      tn__R1_: { net: "gnd", class: "solder" },
      tn__R2_: { net: "gnd", class: "capacitor" },
      tn__U1_: { net: "gnd", class: "board" },
    });
  });
});

describe("palette", () => {
  test("colours far apart, far from black, and the sequence only grows", () => {
    const colors = distinctColors(80);
    for (let i = 0; i < colors.length; i++) {
      expect(Math.hypot(...colors[i]!)).toBeGreaterThanOrEqual(120);
      for (let j = 0; j < i; j++)
        expect(Math.hypot(...colors[i]!.map((v, k) => v - colors[j]![k]!))).toBeGreaterThanOrEqual(50);
    }
    expect(distinctColors(30)).toEqual(colors.slice(0, 30));
  });

  test("injective for every set of labels, independent of the order they come in", () => {
    const label = fc.dictionary(fc.constantFrom("class", "defect", "net"), fc.string(), { maxKeys: 3 });
    fc.assert(
      fc.property(fc.array(label, { maxLength: 12 }), (labels) => {
        const types = ["class", "defect"];
        const palette = makePalette(types, labels);
        const again = makePalette(types, labels.toReversed());
        const shown = labels.map((l) => palette.find(l));
        labels.forEach((a, i) => {
          expect(again.find(a)).toEqual(shown[i]);
          labels.forEach((b, j) => {
            const same = types.every((t) => a[t] === b[t]);
            expect(shown[i]?.id === shown[j]?.id, JSON.stringify([a, b])).toBe(same);
            expect(String(shown[i]?.color) === String(shown[j]?.color)).toBe(same);
          });
        });
      }),
    );
  });

  test("known classes keep their colour whatever else is on the board", () => {
    const one = makePalette(["class"], [{ class: "capacitor" }]).find({ class: "capacitor" });
    const many = makePalette(["class"], [{ class: "zz" }, { class: "aa" }, { class: "capacitor" }]);
    expect(many.find({ class: "capacitor" })).toEqual(one);
    expect(many.find({ net: "gnd" })).toBeUndefined();
  });

  test("the map has spaced keys and always background and unlabelled", () => {
    const palette = makePalette(["defect"], [{ defect: "shift", class: "ic" }]);
    const entry = palette.find({ defect: "shift" })!;
    expect(colorMap([entry])).toEqual({
      "(0, 0, 0, 0)": { class: "BACKGROUND" },
      "(0, 0, 0, 255)": { class: "UNLABELLED" },
      [colorKey(entry.color)]: { defect: "shift" },
    });
    expect(colorKey(entry.color)).toMatch(/^\(\d+, \d+, \d+, 255\)$/);
  });
});
