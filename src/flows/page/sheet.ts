import sharp from "sharp";
import { textPath } from "../../metric/pixel-font.js";
import type { Column, Sample } from "../run/types.js";
import { chooseSamples } from "./choose.js";
import { outlined, pagePicture } from "./picture.js";

const CELL = 128;
const GAP = 6;
const ACROSS = 8;
const GROUND = "#16181c";
/** Height of a group's heading. */
const HEAD = 24;

/** Rows of outlined samples, each group on rows of its own. Undefined when there is nothing to show. */
export async function contactSheet(
  columns: readonly Column[],
  rows: readonly Sample[],
  at: (name: string) => string,
): Promise<Readonly<{ png: Buffer; width: number; height: number }> | undefined> {
  const outline = columns.find((column) => column.outline)?.outline;
  const groups = new Map<string, Sample[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  if (groups.size === 0) return undefined;
  const tiles: { input: Buffer; left: number; top: number }[] = [];
  const headings: string[] = [];
  let top = GAP;
  for (const [group, list] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const chosen = chooseSamples(list, 2 * ACROSS);
    headings.push(textPath(`${group} ${list.length}`, GAP, top + 4, 2));
    top += HEAD;
    for (const [i, sample] of chosen.entries()) {
      const picture = at(sample.files[outline?.picture ?? 0] as string);
      const shown = outline
        ? await outlined(picture, at(sample.files[outline.mask] as string))
        : await pagePicture(picture);
      const input = await sharp(shown.data, {
        raw: { width: shown.width, height: shown.height, channels: 3 },
      })
        .resize(CELL, CELL, { fit: "contain", background: GROUND })
        .png()
        .toBuffer();
      tiles.push({
        input,
        left: GAP + (i % ACROSS) * (CELL + GAP),
        top: top + Math.floor(i / ACROSS) * (CELL + GAP),
      });
    }
    top += Math.ceil(chosen.length / ACROSS) * (CELL + GAP);
  }
  const width = GAP + ACROSS * (CELL + GAP);
  const height = top;
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${headings.join("")}" fill="#e9ebe8"/></svg>`;
  const png = await sharp({ create: { width, height, channels: 3, background: GROUND } })
    .composite([...tiles, { input: Buffer.from(text), left: 0, top: 0 }])
    .png({ compressionLevel: 9 })
    .toBuffer();
  return { png, width, height };
}
