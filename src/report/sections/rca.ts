import { type Picks, pickRows } from "../facts/gallery.js";
import { count, labelName, percent, percentDigits, plural, score } from "../page/format.js";
import type { Album, Shot } from "../page/album.js";
import { type Html, html, type HtmlPart } from "../page/html.js";
import { details, type Section, table } from "../page/parts.js";
import { type Tree, number } from "../read/json.js";
import type { Breakdown, Cluster, RcaFacts, Suspect } from "../read/rca.js";
import type { LabelRun, Run } from "../read/run.js";
import type { ScoredRow } from "../read/scores.js";
import { isWide, shotsOf, type Sizes, type Triplet, tripletCards, tripletOf } from "./shots.js";

/** The rows and pictures of the section, chosen before anything is decoded. */
export type RcaPlan = Readonly<{
  owner: LabelRun | undefined;
  picks: Picks | undefined;
  escapes: readonly Triplet[];
  alarms: readonly Triplet[];
  nearEscapes: readonly Triplet[];
  nearAlarms: readonly Triplet[];
  suspects: readonly Readonly<{ suspect: Suspect; triplet: Triplet | undefined }>[];
  /** The newest analysis: of the best label, or of an earlier one when the best has none. */
  rca: RcaFacts | undefined;
  rcaOf: string;
}>;

export function planRca(run: Run, sizes: Sizes): RcaPlan {
  const owner = run.best ?? run.labels.filter((l) => l.kpi).at(-1);
  const threshold = owner?.kpi?.used?.threshold;
  const most = sizes.open + sizes.more;
  const picks = owner?.kpi && threshold !== undefined ? pickRows(owner.kpi.scores, threshold, most) : undefined;
  const make = (rows: readonly ScoredRow[] | undefined, limit = most) =>
    (rows ?? []).slice(0, limit).map((row) => tripletOf(run, owner, row));
  const analysed = owner?.rca ? owner : run.labels.filter((l) => l.rca).at(-1);
  const byIndex = new Map(analysed?.kpi?.scores.rows.map((r) => [r.index, r]) ?? []);
  const suspects = (analysed?.rca?.suspects ?? []).slice(0, sizes.suspects).map((suspect) => {
    const row = suspect.index === undefined ? undefined : byIndex.get(suspect.index);
    return { suspect, triplet: row && tripletOf(run, analysed, row) };
  });
  return {
    owner,
    picks,
    escapes: make(picks?.escapes),
    alarms: make(picks?.falseAlarms),
    nearEscapes: make(picks?.nearEscapes, sizes.open),
    nearAlarms: make(picks?.nearFalseAlarms, sizes.open),
    suspects,
    rca: analysed?.rca,
    rcaOf: analysed?.label ?? "",
  };
}

export function rcaShots(plan: RcaPlan): readonly Shot[] {
  return [
    ...[plan.escapes, plan.alarms, plan.nearEscapes, plan.nearAlarms].flat(),
    ...plan.suspects.flatMap((s) => s.triplet ?? []),
  ].flatMap(shotsOf);
}

/** Escapes and false alarms as pictures, then what they have in common. */
export function rcaSection(run: Run, plan: RcaPlan, album: Album, sizes: Sizes): Section {
  const { owner, picks } = plan;
  const title = "Root Cause Analysis";
  if (!owner || !picks)
    return { id: "rca", title, body: html`<p class="say">No scores to analyse yet.</p>${analysis(run, plan, album)}` };
  const t = owner.kpi?.used?.threshold ?? 0;
  const wide = isWide(run);
  const above = (row: ScoredRow) => `${score(Math.abs(row.score - t))} ${row.score > t ? "above" : "below"}`;
  const gallery = (heading: string, words: string, list: readonly Triplet[], open = sizes.open): HtmlPart =>
    list.length > 0 &&
    html`<h3>${heading}</h3><p class="note">${words}</p>${tripletCards(album, list, open, wide, above)}`;
  return {
    id: "rca",
    title,
    body: html`<p class="say">${labelName(owner.label)} at threshold ${score(t)}: ${plural(picks.totals.escapes, "escape")}, ${plural(picks.totals.falseAlarms, "false alarm")}.</p><p class="note">Each picture group is golden, test and where the two differ for the model. The number is the score, then its distance to the threshold. Tap a group to blink golden and test.</p>${gallery(
      `Escapes (${count(picks.totals.escapes)})`,
      "Defects that are called PASS, lowest score first.",
      plan.escapes,
    )}${
      picks.totals.escapes === 0 &&
      gallery(
        "Nearest to escaping",
        "No defect escapes at this threshold. These came closest, and they hold the threshold down.",
        plan.nearEscapes,
        Math.ceil(sizes.open / 2),
      )
    }${gallery(
      `False alarms (${count(picks.totals.falseAlarms)})`,
      "Good parts that are called NG, highest score first.",
      plan.alarms,
    )}${
      picks.totals.falseAlarms === 0 &&
      gallery(
        "Nearest to a false alarm",
        "No good part is rejected at this threshold. These came closest.",
        plan.nearAlarms,
        Math.ceil(sizes.open / 2),
      )
    }${analysis(run, plan, album)}`,
  };
}

function analysis(run: Run, plan: RcaPlan, album: Album): Html | null {
  const { rca } = plan;
  if (!rca) return null;
  return html`${rca.clusters.length > 0 && clusterTable(rca.clusters, plan)}${rca.breakdowns.map(breakdown)}${
    plan.suspects.length > 0 && suspectCards(run, plan, album)
  }`;
}

function clusterTable(clusters: readonly Cluster[], plan: RcaPlan): Html {
  return html`<h3>What failures have in common</h3><p class="note">Weak samples grouped by how they look to the model (${labelName(plan.rcaOf)}).</p>${table(
    [{ head: "Group" }, { head: "Kind" }, { head: "Samples", numeric: true }, { head: "What marks it" }],
    clusters.map((c) => [c.title, c.kind.replaceAll("_", " "), count(c.n), c.note]),
  )}`;
}

/** Any flat table: names stay as they are, shares are shown as percent. */
function breakdown(b: Breakdown): Html {
  const columns = Object.keys(b.rows[0] ?? {}).slice(0, 8);
  const show = (row: Tree, key: string): HtmlPart => {
    const v = row[key];
    const n = number(v);
    if (typeof v === "string" || n === undefined) return v === null || v === undefined ? "–" : String(v);
    if (/far|rate|share|recall/.test(key)) return /pct/.test(key) ? `${percentDigits(n)}\u202f%` : percent(n);
    return Number.isInteger(n) ? count(n) : score(n);
  };
  return details(
    `By ${b.name.replaceAll("_", " ")} (${count(b.rows.length)})`,
    table(
      columns.map((head, i) => ({ head: head.replaceAll("_", " "), numeric: i > 0 })),
      b.rows.slice(0, 60).map((row) => columns.map((key) => show(row, key))),
    ),
  );
}

function suspectCards(run: Run, plan: RcaPlan, album: Album): Html {
  const shown = plan.suspects.filter((s) => s.triplet);
  const byRow = new Map(shown.map((s) => [s.triplet?.row.index, s.suspect]));
  return html`<h3>Suspected wrong labels and goldens (${count(plan.rca?.suspects.length ?? 0)})</h3><p class="note">Hints, not verdicts: look before you change a label. A wrong label in the KPI set moves the threshold.</p>${tripletCards(
    album,
    shown.map((s) => s.triplet as Triplet),
    6,
    isWide(run),
    (row) => html`<small>${byRow.get(row.index)?.reason ?? ""}</small>`,
  )}`;
}
