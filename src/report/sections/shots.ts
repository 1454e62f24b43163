import path from "node:path";
import { type Album, picture, type Shot } from "../page/album.js";
import { count, score } from "../page/format.js";
import { type Html, type HtmlPart, html } from "../page/html.js";
import { details } from "../page/parts.js";
import { cropFiles } from "../read/pictures.js";
import type { LabelRun, Run } from "../read/run.js";
import type { ScoredRow } from "../read/scores.js";

/** How many pictures of each kind the page may hold; smaller levels are tried until the page fits. */
export type Sizes = Readonly<{
  open: number;
  more: number;
  mining: number;
  synthetic: number;
  suspects: number;
}>;

/**
 * The pictures of one row: golden | test | heat map (or, where the run keeps none, the plain difference), in the
 * lighting where the heat is strongest; with several lightings also all of them side by side.
 */
export type Triplet = Readonly<{
  row: ScoredRow;
  golden: Shot | undefined;
  test: Shot | undefined;
  heat: Shot | undefined;
  heatName: "heat map" | "difference";
  lighting: string;
  all: readonly [golden: Shot, test: Shot] | undefined;
}>;

/** @param owner the label whose analysis may hold a heat map of the row */
export function tripletOf(run: Run, owner: LabelRun | undefined, row: ScoredRow): Triplet {
  const golden = cropFiles(run.imagesDir, row.goldenPath, row.objectName, run.naming);
  const test = cropFiles(run.imagesDir, row.inputPath, row.objectName, run.naming);
  const heat = owner?.rca?.overlays.get(row.index);
  const light = Math.min(heat?.light ?? 0, Math.max(0, run.naming.lights.length - 1));
  const one = (files: readonly string[] | undefined): Shot | undefined =>
    files && { files: [files[light] as string] };
  const [before, after] = [one(golden), one(test)];
  return {
    row,
    golden: before,
    test: after,
    heat: heat
      ? after && { files: [heat.file], thirdLike: after.files[0] as string }
      : before && after && { files: after.files, minus: before.files },
    heatName: heat ? "heat map" : "difference",
    lighting: run.naming.lights.length > 1 ? (run.naming.lights[light] ?? "") : "",
    all: golden && test && golden.length > 1 ? [{ files: golden }, { files: test }] : undefined,
  };
}

export function shotsOf(t: Triplet): readonly Shot[] {
  return [t.golden, t.test, t.heat, ...(t.all ?? [])].filter((s): s is Shot => s !== undefined);
}

/** Cards of triplets; the first `open` are shown, the others are folded away. */
export function tripletCards(
  album: Album,
  triplets: readonly Triplet[],
  open: number,
  remark: (row: ScoredRow) => HtmlPart,
): Html {
  const cards = triplets.map((t) => tripletCard(album, t, remark(t.row)));
  const rest = cards.slice(open);
  return html`<div class="cards">${cards.slice(0, open)}</div>${
    rest.length > 0 && details(`${count(rest.length)} more`, html`<div class="cards">${rest}</div>`, true)
  }`;
}

function tripletCard(album: Album, t: Triplet, remark: HtmlPart): Html {
  const name = `${t.row.objectName} ${t.row.label}`;
  const place = [t.row.objectName.startsWith(t.row.component) ? "" : t.row.component, t.row.board, t.lighting]
    .filter(Boolean)
    .join(" · ");
  return html`<figure><div class="shots" data-blink><div>${picture(album, t.golden, `golden of ${name}`)}<em>golden</em></div><div>${picture(album, t.test, `test of ${name}`)}<em>test</em></div><div>${picture(album, t.heat, `${t.heatName} of ${name}`)}<em>${t.heatName}</em></div></div>${
    t.all &&
    html`<div class="shots all" data-blink><div>${picture(album, t.all[0], `golden of ${name}, all lightings`)}</div><div>${picture(album, t.all[1], `test of ${name}, all lightings`)}</div></div>`
  }<figcaption><b>${score(t.row.score)}</b> <span class="tag ${t.row.ng ? "ng" : "pass"}">${t.row.label}</span> ${remark}<small>${t.row.objectName}${place && ` · ${place}`}</small></figcaption></figure>\n`;
}

/** The stem of a crop file without its lighting suffix. */
export function objectOf(file: string, run: Run): string {
  const stem = path.parse(file).name;
  const light = run.naming.lights.find((l) => stem.endsWith(`_${l}`));
  return light ? stem.slice(0, -light.length - 1) : stem;
}
