import { type Album, picture, type Shot } from "../page/album.js";
import { count, labelName, plural, score } from "../page/format.js";
import { type Html, html } from "../page/html.js";
import { details, type Section } from "../page/parts.js";
import { tally } from "../read/growth.js";
import type { LabelRun, Run } from "../read/run.js";
import type { SyntheticPair } from "../read/synthesis.js";
import type { Sizes } from "./shots.js";

export type SamplesPlan = readonly Readonly<{ owner: LabelRun; pairs: readonly SyntheticPair[] }>[];

/** Synthetic pairs to show, the best iteration first; every label and both outcomes get a turn. */
export function planSamples(run: Run, sizes: Sizes): SamplesPlan {
  const made = run.labels.filter((l) => (l.synthesis?.pairs.length ?? 0) > 0);
  const ordered = [...made].sort((a, b) => Number(b === run.best) - Number(a === run.best));
  return ordered.map((owner) => ({
    owner,
    pairs: mixed(owner.synthesis?.pairs ?? [], Math.ceil(sizes.synthetic / made.length)),
  }));
}

/** Takes turns through label × outcome, admitted first, so that no kind crowds out the others. */
function mixed(pairs: readonly SyntheticPair[], most: number): readonly SyntheticPair[] {
  const groups = new Map<string, SyntheticPair[]>();
  for (const p of pairs) {
    const key = `${p.admitted ? 0 : 1} ${p.label}`;
    groups.set(key, [...(groups.get(key) ?? []), p]);
  }
  const lists = [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, l]) => l);
  const out: SyntheticPair[] = [];
  for (let round = 0; out.length < most && lists.some((l) => l[round]); round++)
    for (const l of lists) if (l[round] && out.length < most) out.push(l[round] as SyntheticPair);
  return out;
}

export function samplesShots(plan: SamplesPlan): readonly Shot[] {
  return plan.flatMap((p) => p.pairs.flatMap((s) => [{ files: [s.ok] }, { files: [s.ng] }]));
}

/** Synthetic OK | NG pairs with the reason why they were admitted or refused. */
export function samplesSection(plan: SamplesPlan, album: Album): Section {
  const first = plan[0];
  return {
    id: "samples",
    title: "Generated Data Sample",
    body: first
      ? html`<p class="say">Synthetic defects are not taken on faith: each must be visible, must not be a copy, and is scored by the current model before it may train. The number is that score: low means the model would have missed it.</p>${plan.map(
          (p, i) =>
            i === 0
              ? html`<h3>${labelName(p.owner.label)}</h3>${reasons(p.owner)}${cards(p.pairs, album)}`
              : details(
                  `${labelName(p.owner.label)}: ${plural(p.pairs.length, "pair")}`,
                  html`${reasons(p.owner)}${cards(p.pairs, album)}`,
                  true,
                ),
        )}`
      : html`<p class="say">No synthetic image was made in this run.</p>`,
  };
}

/** Why pairs were let in and what was thrown away, in one line each. */
function reasons(owner: LabelRun): Html {
  const admitted = tally((owner.synthesis?.pairs ?? []).filter((p) => p.admitted).map((p) => p.reason));
  const line = (list: Readonly<Record<string, number>>) =>
    Object.entries(list)
      .filter(([reason]) => reason !== "")
      .sort((a, b) => b[1] - a[1])
      .map(([reason, n]) => `${count(n)} ${reason}`)
      .join("; ");
  const [kept, gone] = [line(admitted), line(owner.synthesis?.refused ?? {})];
  return html`<p class="note">${kept && `Let in: ${kept}. `}${gone && `Thrown away on the way: ${gone}.`}</p>`;
}

function cards(pairs: readonly SyntheticPair[], album: Album): Html {
  const common = Object.entries(tally(pairs.map((p) => p.reason))).sort((a, b) => b[1] - a[1])[0]?.[0];
  return html`<div class="cards two">${pairs.map(
    (p) =>
      html`<figure><div class="shots" data-blink><div>${picture(album, { files: [p.ok] }, `OK of ${p.name}`)}<em>OK</em></div><div>${picture(album, { files: [p.ng] }, `NG of ${p.name}`)}<em>NG</em></div></div><figcaption><span class="tag ng">${p.label}</span> ${p.score !== undefined && score(p.score)}${
        !p.admitted && html` <span class="tag bad">refused</span>`
      }${(!p.admitted || p.reason !== common) && p.reason && html`<small>${p.reason}</small>`}</figcaption></figure>\n`,
  )}</div>`;
}
