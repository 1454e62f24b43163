import type { Album, Shot } from "../page/album.js";
import { picture } from "../page/album.js";
import { count, labelName, plural } from "../page/format.js";
import { type Html, html } from "../page/html.js";
import { details, type Section, table } from "../page/parts.js";
import type { Neighbours } from "../read/mining.js";
import type { Run } from "../read/run.js";
import { objectOf, type Sizes } from "./shots.js";

export type PoolPlan = readonly Readonly<{ label: string; groups: readonly Neighbours[] }>[];

/** The weak samples whose neighbours are shown: spread over labels, best similarity first within a label. */
export function planPool(run: Run, sizes: Sizes): PoolPlan {
  return run.labels.flatMap((l) => {
    const all = l.mining?.neighbours ?? [];
    if (all.length === 0) return [];
    const byLabel = new Map<string, Neighbours[]>();
    for (const n of all) byLabel.set(n.label, [...(byLabel.get(n.label) ?? []), n]);
    const groups: Neighbours[] = [];
    for (let round = 0; groups.length < Math.min(sizes.mining, all.length); round++)
      for (const list of byLabel.values())
        if (list[round] && groups.length < sizes.mining) groups.push(list[round] as Neighbours);
    return [{ label: l.label, groups }];
  });
}

const SHOWN = 5;

export function poolShots(run: Run, plan: PoolPlan): readonly Shot[] {
  return plan.flatMap((p) =>
    p.groups.flatMap((g) => [shot(run, g.target), ...g.found.slice(0, SHOWN).map((f) => shot(run, f.file))]),
  );
}

function shot(run: Run, file: string): Shot {
  return { files: [run.places.locate(file) ?? file] };
}

/** What was added per phase, and mined images beside the weak sample that called for them. */
export function poolSection(run: Run, plan: PoolPlan, album: Album): Section {
  const phases = run.labels.filter((l) => l.label !== "baseline" && (l.mining || l.synthesis));
  if (phases.length === 0)
    return { id: "pool", title: "Augmentation Pool", body: html`<p class="say">No data were added.</p>` };
  const cutoff = phases.find((l) => l.mining?.cutoff !== undefined)?.mining?.cutoff;
  return {
    id: "pool",
    title: "Augmentation Pool",
    body: html`${table(
      [
        { head: "Phase" },
        { head: "Synthetic (SDG)", numeric: true },
        { head: `Mined ≥ ${cutoff ?? "cutoff"}`, numeric: true },
        { head: "New after history", numeric: true },
        { head: "Total added", numeric: true },
      ],
      phases.map((l) => [
        labelName(l.label),
        count(l.synthesis?.admitted ?? 0),
        count(l.mining?.kept ?? 0),
        count(l.mining?.selected ?? 0),
        count((l.synthesis?.admitted ?? 0) + (l.mining?.selected ?? 0)),
      ]),
    )}${plan.length > 0 && html`<p class="note">Left: a weak sample. Right: the production images found for it, with their cosine similarity (1 = the model sees them as the same).</p>`}${plan.map(
      (p, i) => {
        const body = p.groups.map((g) => group(run, g, album));
        return i === 0
          ? html`<h3>${labelName(p.label)}: mined neighbours</h3>${body.slice(0, 4)}${body.length > 4 && details(`${plural(body.length - 4, "more weak sample")}`, body.slice(4), true)}`
          : details(`${labelName(p.label)}: mined neighbours`, body, true);
      },
    )}`,
  };
}

function group(run: Run, g: Neighbours, album: Album): Html {
  return html`<div class="mine"><figure><div class="shots"><div>${picture(album, shot(run, g.target), `weak sample ${objectOf(g.target, run)}`)}</div></div><figcaption><b>weak ${g.label}</b><br>${objectOf(g.target, run)}</figcaption></figure><div class="near">${g.found
    .slice(0, SHOWN)
    .map(
      (f) =>
        html`<figure><div class="shots"><div>${picture(album, shot(run, f.file), `mined ${objectOf(f.file, run)}`)}</div></div><figcaption><b>${f.similarity.toFixed(3)}</b> ${f.label}${!f.kept && html`<br>below cutoff`}</figcaption></figure>`,
    )}</div></div>\n`;
}
