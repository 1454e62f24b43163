import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { imageSize } from "../kit/images.js";
import { sharedData } from "../kit/testing.js";
import { mask } from "../vision/index.js";
import { type PlaceOptions, placeInstances } from "./engine/place.js";
import { type BoxRegion, gatherRegions, type Levels, regionOfMask } from "./engine/regions.js";
import { readLevels, readMask } from "./picture.js";
import { placeFreely } from "./routes/free.js";
import { largestPart } from "./submask.js";

// Placed masks recorded with the contract (section 9): white pixels, and the start of the hash of the pixels.
const data = sharedData("amp-examples", "auto_mask_placement");
const at = (...parts: string[]): string => path.join(data ?? "", ...parts);

function summary(levels: Levels): string {
  const pixels = levels.data.reduce((n, v) => n + (v > 127 ? 1 : 0), 0);
  return `${pixels} ${createHash("sha256").update(levels.data).digest("hex").slice(0, 16)}`;
}

async function boxes(file: string): Promise<BoxRegion[]> {
  const { rois } = JSON.parse(readFileSync(file, "utf8")) as {
    rois: { id: string; x: number; y: number; width: number; height: number; is_legal: boolean }[];
  };
  return rois.map(({ is_legal, ...box }) => ({ ...box, isLegal: is_legal }));
}

describe.skipIf(!data)("recorded placements (shared data amp-examples)", () => {
  const reversi = at("reversi_example");
  const submaskOf = (folder: string) => readMask(path.join(folder, "submask", "reversi_sample_submask.png"));

  test("reversi, regions from a JSON file", async () => {
    const submask = await submaskOf(reversi);
    const { width, height } = submask;
    const regions = gatherRegions({
      width,
      height,
      boxes: await boxes(path.join(reversi, "rois/json/reversi_sample_rois.json")),
    });
    expect(summary(placeInstances({ submask, regions, instances: 3, seed: 42 }).levels)).toBe(
      "1485 a06eb0762049c5a6",
    );
  });

  test.each([
    [1, "1539 6f8327bd163623c2"],
    [2, "1110 dab3b9e9d7e77237"],
    [3, "1960 edbb278d8018d799"],
    [4, "1751 e99dd8d3585d13a2"],
    [5, "598 e2946ebb5867dea5"],
  ])("reversi, legal and illegal pictures, seed %i", async (seed, expected) => {
    const submask = await submaskOf(reversi);
    const { width, height } = submask;
    const regions = gatherRegions({
      width,
      height,
      legal: [await readLevels(path.join(reversi, "rois/image/legal/reversi_sample_legal_region.png"))],
      illegal: [await readLevels(path.join(reversi, "rois/image/illegal/reversi_sample_illegal_region.png"))],
    });
    expect(summary(placeInstances({ submask, regions, instances: 4, seed }).levels)).toBe(expected);
  });

  test("wood, strict alignment", async () => {
    const submask = await readMask(at("wood_example/submask/wood_crack_submask.png"));
    const { width, height } = submask;
    const regions = gatherRegions({
      width,
      height,
      legal: [await readLevels(at("wood_example/rois/image/legal/legal_rois_binary.png"))],
    });
    const o: PlaceOptions = {
      submask,
      regions,
      instances: 3,
      seed: 42,
      on: "top_center",
      by: "top_left",
      strict: true,
    };
    expect(summary(placeInstances(o).levels)).toBe("17154 9b1c1cc765184be5");
  });

  // In the order of the recorded sample list: its position is part of the seed.
  test.each([
    [
      "magnetic_tile_surface_example/magnetic_tile_surface",
      "",
      0,
      ["34292 235315bf257e64c6", "44666 841d7915fd155a2d"],
    ],
    ["pcb_surface_example/pcb_surface", "", 1, ["63 6572544e0ec29ca6", "39 88911f3cd6e7bda1"]],
    ["visa_example/capsules", "", 2, ["17751 1bdc38681590c00a", "82110 4f52a34c1458b90d"]],
    [
      "reversi_example/submask/reversi_sample",
      "297x297",
      3,
      ["1525 c61ae315f9d7a5fe", "368 f8510d86c74af030"],
    ],
    ["wood_example/submask/wood_crack", "1280x851", 4, ["3896 cfc9068fcf1a5260", "4681 93a0bfb449d6dd82"]],
  ])("free placement, %s", async (name, size, index, expected) => {
    const submask = largestPart(await readMask(at(`${name}_submask.png`)));
    const [width, height] = size
      ? size.split("x").map(Number)
      : await imageSize(at(`${name}.jpg`)).then((s) => [s.width, s.height]);
    const region = regionOfMask(mask(width, height, 1));
    const found = [0, 1].map((k) => {
      const { levels } = placeFreely(submask, region, 42 + index * 20 + k * 10);
      return levels ? summary(levels) : "nothing";
    });
    expect(found).toEqual(expected);
  });
});
