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

    const { usda } = buildScene({ ...boardByName(name, 1), copper: [], silk: [] }, { seed: 1 }, 180_000);
