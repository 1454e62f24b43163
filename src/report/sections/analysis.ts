import { type Album, picture } from "../page/album.js";
import { count, interval, labelName, percent, plural, score } from "../page/format.js";
import { type Html, type HtmlPart, html } from "../page/html.js";
import { details, table } from "../page/parts.js";
import type { Cluster, GroupRow, LightRow, RateFacts } from "../read/rca.js";
import type { Run } from "../read/run.js";
import type { RcaPlan } from "./rca.js";
import { objectOf, tripletCards } from "./shots.js";

/** What the failures have in common: groups, boards, lightings, and labels or goldens that may be wrong. */
export function analysis(run: Run, plan: RcaPlan, album: Album): Html | null {
  const rca = plan.analysed?.rca;
  if (!rca || !plan.analysed) return null;
  const of = labelName(plan.analysed.label);
  if (rca.unreachable)
    return html`<p class="warn">The required recall cannot be reached on this KPI set, so ${of} has no weak samples.</p>`;
  return html`${clusters(rca.clusters, of, plan, album)}${groups(rca.groups, of)}${lightings(rca.lightings)}${suspects(plan, album)}${goldens(run, plan, album)}`;
}

function clusters(list: readonly Cluster[], of: string, plan: RcaPlan, album: Album): Html | null {
  if (list.length === 0) return null;
  return html`<h3>What failures have in common</h3><p class="note">Weak samples of ${of}, grouped by how they look to the model.</p>${table(
    [
      { head: "Group" },
      { head: "Typical" },
      { head: "Kind" },
      { head: "Samples", numeric: true },
      { head: "Wrong", numeric: true },
      { head: "Labels" },
      { head: "Marks" },
    ],
    list.slice(0, 12).map((c) => [
      c.name,
      html`<div class="thumbs">${(plan.examples.get(c) ?? []).map((s) => picture(album, s, `typical of ${c.name}`))}</div>`,
      c.side,
      count(c.size),
      count(c.wrong),
      Object.entries(c.labels)
        .map(([l, n]) => `${l} ${n}`)
        .join(", "),
      c.marks.join("; "),
    ]),
  )}`;
}

const DIMENSIONS: Readonly<Record<string, string>> = {
  boardname: "board",
  comp_type_1: "component type 1",
  comp_type_2: "component type",
  comp_name: "component",
  golden_path: "golden folder",
};

/** A group is pointed out when its false alarms are unlikely to be chance, also after looking at many groups. */
function groups(list: readonly GroupRow[], of: string): Html | null {
  if (list.length === 0) return null;
  const unusual = list.filter((g) => g.p !== undefined && g.p * list.length < 0.05);
  const all = [...new Set(list.map((g) => g.dimension))];
  // Object names repeat the component names where a table has both.
  const dimensions = all.filter((d) => d !== "object_name" || !all.includes("comp_name"));
  const called = (d: string) => DIMENSIONS[d] ?? d.replaceAll("_", " ");
  return html`<h3>By board, component and so on</h3><p class="note">${
    unusual.length > 0
      ? `More false alarms than chance explains: ${unusual.map((g) => `${called(g.dimension)} ${g.group}`).join(", ")}.`
      : `No board, component or other group has more false alarms than chance explains (${of}).`
  }</p>${dimensions.map((d) => {
    const rows = list.filter((g) => g.dimension === d).sort((a, b) => b.far.k - a.far.k);
    return details(
      `By ${called(d)} (${count(rows.length)})`,
      table(
        [
          { head: called(d) },
          { head: "Rows", numeric: true },
          { head: "False alarms", numeric: true },
          { head: "FAR (95 % interval)", numeric: true },
          { head: "Escapes", numeric: true },
          { head: "Mean score PASS", numeric: true },
          { head: "Mean score NG", numeric: true },
        ],
        rows
          .slice(0, 40)
          .map((g): HtmlPart[] => [
            html`${g.group || "(empty)"}${unusual.includes(g) && html` <span class="tag bad">unusual</span>`}`,
            count(g.n),
            `${count(g.far.k)} of ${count(g.far.n)}`,
            rate(g.far),
            `${count(g.escape.k)} of ${count(g.escape.n)}`,
            score(g.meanPass),
            score(g.meanNg),
          ]),
      ),
    );
  })}`;
}

function rate(r: RateFacts): string {
  return Number.isFinite(r.rate) ? `${percent(r.rate)} (${interval(r)})` : "–";
}

function lightings(list: readonly LightRow[]): Html | null {
  if (list.length < 2) return null;
  return details(
    `By lighting (${count(list.length)})`,
    table(
      [
        { head: "Lighting with the strongest heat" },
        { head: "Weak samples", numeric: true },
        { head: "False alarms", numeric: true },
        { head: "Escapes", numeric: true },
      ],
      list.map((l) => [l.lighting, count(l.weak), count(l.falseAlarms), count(l.escapes)]),
    ),
  );
}

function suspects(plan: RcaPlan, album: Album): Html | null {
  if (plan.suspects.length === 0) return null;
  const byRow = new Map(plan.suspects.map((s) => [s.triplet.row.index, s.suspect]));
  const total = plan.analysed?.rca?.labels.length ?? 0;
  return html`<h3>Labels to look at again (${count(total)})</h3><p class="note">Hints, not verdicts: look before you change a label. One wrong label in the KPI set can move the threshold.</p>${tripletCards(
    album,
    plan.suspects.map((s) => s.triplet),
    6,
    (row) => {
      const s = byRow.get(row.index);
      return s && html`looks like ${s.looksLike}<small>${s.evidence}</small>`;
    },
  )}`;
}

function goldens(run: Run, plan: RcaPlan, album: Album): Html | null {
  const list = plan.analysed?.rca?.goldens ?? [];
  if (list.length === 0 || plan.goldens.length === 0) return null;
  return html`<h3>Goldens to look at again (${count(list.length)})</h3><div class="cards two">${plan.goldens.map(
    (shot, i) => {
      const g = list[i];
      if (!g) return null;
      return html`<figure><div class="shots"><div>${picture(album, shot, `golden ${objectOf(g.file, run)}`)}</div></div><figcaption><b>${objectOf(g.file, run)}</b> ${plural(g.rows, "row")}, ${plural(g.falseAlarms, "false alarm")}<small>${g.reasons.join("; ")}</small></figcaption></figure>\n`;
    },
  )}</div>`;
}
