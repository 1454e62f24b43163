// Crops that a structural run gives after so many frames, out of one run over the whole board:
//
//   reflow generate structural --cookbook dense --set render_patches=-1 --output full
//   node scripts/structural-yield.mjs full
//
// Which components get a defect does not depend on the number of frames, so the first k frames of a full run are those of
// `render_patches=k`. Prints total and modes for the docs, and the table for src/flows/structural/sizing.ts.
import { readFileSync } from "node:fs";
import path from "node:path";

const output = process.argv[2];
if (!output) throw new Error("usage: structural-yield.mjs <output of a structural run>");
const { result } = JSON.parse(readFileSync(path.join(output, "receipts", "crop.json"), "utf8"));
const modes = Object.keys(result.groups).sort();
const rows = [1, 2, 3, 5, 10, 15, 20, result.frames]
  .filter((n, i, all) => n <= result.frames && all.indexOf(n) === i)
  .map((patches) => {
    const seen = result.crops.filter((crop) => Number(crop.frame) < patches);
    return {
      patches,
      total: seen.length,
      ...Object.fromEntries(modes.map((m) => [m, seen.filter((c) => c.group === m).length])),
    };
  });
console.table(rows);
console.log(JSON.stringify(rows.map(({ patches, total }) => [patches, total])));
