import { rm } from "node:fs/promises";
import path from "node:path";
import { exists, writeFileAtomic } from "../../kit/files.js";
import type { Column, FlowOutcome, FlowRequest, Sample } from "../run/types.js";
import { chooseSamples } from "./choose.js";
import { type PageRow, renderPage } from "./page.js";
import { outlined, pagePicture, writePagePicture } from "./picture.js";
import { contactSheet } from "./sheet.js";

export const PREVIEW = "preview";

/**
 * Writes `preview/index.html`, its pictures in `preview/col<K>/` and `preview/contact_sheet.png` (dig 5.6). Rows have all
 * their pictures; samples that lack one are left out. Returns the page's path.
 */
export async function writePage(
  output: string,
  o: Readonly<{ title: string; request: FlowRequest; outcome: FlowOutcome }>,
): Promise<string> {
  const folder = path.join(output, PREVIEW);
  await rm(folder, { recursive: true, force: true });
  const at = (name: string) => path.join(output, name);
  const { columns, rows: all } = o.outcome.samples;
  const whole: Sample[] = [];
  for (const sample of all) if (await every(sample.files.map(at))) whole.push(sample);
  const rows: PageRow[] = [];
  for (const [i, sample] of chooseSamples(whole).entries())
    rows.push(await pageRow(folder, i, sample, columns, at));
  const sheet = await contactSheet(columns, whole, at);
  if (sheet) await writeFileAtomic(path.join(folder, "contact_sheet.png"), sheet.png);
  const file = path.join(folder, "index.html");
  await writeFileAtomic(
    file,
    renderPage({
      ...o,
      columns,
      rows,
      samples: whole.length,
      sheet: sheet && { src: "./contact_sheet.png", width: sheet.width, height: sheet.height },
    }),
  );
  return file;
}

async function pageRow(
  folder: string,
  index: number,
  sample: Sample,
  columns: readonly Column[],
  at: (name: string) => string,
): Promise<PageRow> {
  const cells: PageRow["cells"][number][] = [];
  let file = 0;
  for (const [k, column] of columns.entries()) {
    const picture = column.outline
      ? await outlined(
          at(sample.files[column.outline.picture] as string),
          at(sample.files[column.outline.mask] as string),
        )
      : await pagePicture(at(sample.files[file++] as string));
    const src = `col${k + 1}/${String(index + 1).padStart(2, "0")}.png`;
    await writePagePicture(path.join(folder, src), picture);
    cells.push({ src: `./${src}`, caption: column.label, width: picture.width, height: picture.height });
  }
  return {
    title: sample.name.startsWith(sample.group) ? sample.name : `${sample.group}: ${sample.name}`,
    cells,
  };
}

async function every(files: readonly string[]): Promise<boolean> {
  for (const file of files) if (!(await exists(file))) return false;
  return true;
}
