import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { boardByName } from "../boards/index.js";
import { buildScene } from "../build/index.js";
import { openScene } from "../flatten/index.js";
import { componentTypes } from "../poses/index.js";
import { walkPrims } from "../prims.js";
import { matchRules } from "../semantics/index.js";
import { loadCookbook } from "./load.js";

const ROOT = fileURLToPath(new URL("../../../cookbooks", import.meta.url));

test.each(["dense", "mixed"])(
  "the cookbook of the %s board gives every mesh the label that the board's builder wrote",
  async (name) => {
    const book = await loadCookbook(name, { roots: [ROOT] });
    expect(Object.keys(book.recipes)).toEqual(["good", "defect", "missing"]);
    expect(book.crop?.crop.classes).toContain("capacitor");

    const { usda } = buildScene({ ...boardByName(name, 1), copper: [], silk: [] }, { seed: 1 });
    // Labels and names are enough: without copper the board is built fast, without points its meshes read fast.
    const file = path.join(await mkdtemp(path.join(tmpdir(), "own-")), "board.usda");
    await writeFile(file, usda.replace(/= \[[-\d(][^\]]*\]/g, "= []"));
    const { scene } = await openScene(file);
    const { config } = book.recipes.good!;
    const { merged, per_rule } = matchRules(scene!, config.semantics!);
    expect(per_rule.filter((rule) => rule.n_matched === 0)).toEqual([]);

    const inherited = (at: string, own: (prim: string) => string | undefined): string | undefined =>
      at === "" ? undefined : (own(at) ?? inherited(at.slice(0, at.lastIndexOf("/")), own));
    const authored = new Map([...walkPrims(scene!.root)].map((prim) => [prim.path, prim.labels.class]));
    let meshes = 0;
    for (const prim of walkPrims(scene!.root)) {
      if (prim.type !== "Mesh" || !prim.path.startsWith(`${config.pcba_root}/`)) continue;
      const expected = inherited(prim.path, (at) => authored.get(at));
      const given = inherited(prim.path, (at) => merged[at]?.class);
      expect(given, prim.path).toBe(expected);
      meshes++;
    }
    expect(meshes).toBeGreaterThan(500);

    // Every footprint that defects are asked for is on the board.
    const known = componentTypes(scene!.root, config.pcba_root);
    for (const recipe of [book.recipes.defect!, book.recipes.missing!])
      expect((recipe.config.component_types as readonly string[]).filter((type) => !known.has(type))).toEqual(
        [],
      );
  },
  180_000,
);
