// A contact sheet: per defect type a row of real defects, then clean and made side by side.
import { mkdirSync, statSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";

const CELL = 112;
const GAP = 3;
const HEAD = 18;
const LIMIT = 390_000;

/** Writes a JPEG of less than 400 kB; quality falls until it fits. Rows of many pictures go on in a second line. */
export async function sheet(file, given) {
  const rows = given.flatMap(({ title, real, made }) => [
    { title, real, made: made.slice(0, 6) },
    ...(given.length <= 3 && made.length > 6
      ? [{ title: `${title} (more)`, real: [], made: made.slice(6, 12) }]
      : []),
  ]);
  mkdirSync(path.dirname(file), { recursive: true });
  const columns = Math.max(...rows.map((r) => r.real.length)) + 12;
  const reals = Math.max(...rows.map((r) => r.real.length));
  const width = columns * (CELL + GAP) + (reals > 0 ? 10 : 0);
  const height = rows.length * (CELL + GAP + HEAD);
  const parts = [];
  const place = async (picture, box, x, y) =>
    parts.push({ input: await cell(picture, box), left: Math.round(x), top: Math.round(y) });
  for (const [r, row] of rows.entries()) {
    const top = r * (CELL + GAP + HEAD);
    const words = `${row.title.replaceAll("&", "+")}${row.real.length > 0 ? ": real, then clean and made in turn" : ": clean and made in turn"}`;
    parts.push({
      input: Buffer.from(
        `<svg width="${width}" height="${HEAD}"><text x="3" y="13" font-size="13" font-family="sans-serif" fill="#222">${words}</text></svg>`,
      ),
      left: 0,
      top,
    });
    for (const [i, real] of row.real.entries())
      await place(real.image, undefined, i * (CELL + GAP), top + HEAD);
    for (const [i, made] of row.made.entries()) {
      const x = (reals + 2 * i) * (CELL + GAP) + (reals > 0 ? 10 : 0);
      await place(made.before, made.box, x, top + HEAD);
      await place(made.image, made.box, x + CELL + 1, top + HEAD);
    }
  }
  const whole = sharp({ create: { width, height, channels: 3, background: "#fff" } }).composite(parts);
  const flat = await whole.png().toBuffer();
  for (let quality = 88; quality >= 40; quality -= 8) {
    await sharp(flat).jpeg({ quality, chromaSubsampling: "4:4:4" }).toFile(file);
    if (statSync(file).size < LIMIT) return;
  }
}

/** A square about the defect, at least 72 pixels wide; whole small pictures. */
async function cell({ width, height, channels, data }, box) {
  let image = sharp(data, { raw: { width, height, channels } });
  if (box && Math.max(width, height) > 160) {
    const side = Math.max(72, Math.round(1.3 * Math.max(box.width, box.height)));
    const [w, h] = [Math.min(side, width), Math.min(side, height)];
    const left = Math.max(0, Math.min(width - w, Math.round(box.x + box.width / 2 - w / 2)));
    const top = Math.max(0, Math.min(height - h, Math.round(box.y + box.height / 2 - h / 2)));
    image = image.extract({ left, top, width: w, height: h });
  }
  return image
    .resize(CELL, CELL, { fit: "contain", background: "#888", kernel: "cubic" })
    .toColourspace("srgb")
    .png()
    .toBuffer();
}
