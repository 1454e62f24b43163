import { type Picks, pickRows } from "../facts/gallery.js";
import type { Album, Shot } from "../page/album.js";
import { count, labelName, plural, score } from "../page/format.js";
import { type HtmlPart, html } from "../page/html.js";
import type { Section } from "../page/parts.js";
import type { Cluster, SuspectLabel } from "../read/rca.js";
import type { LabelRun, Run } from "../read/run.js";
import type { ScoredRow } from "../read/scores.js";
import { analysis } from "./analysis.js";
import { type Sizes, shotsOf, type Triplet, tripletCards, tripletOf } from "./shots.js";

/** The rows and pictures of the section, chosen before anything is decoded. */
export type RcaPlan = Readonly<{
  owner: LabelRun | undefined;
  picks: Picks | undefined;
  escapes: readonly Triplet[];
  alarms: readonly Triplet[];
  nearEscapes: readonly Triplet[];
  nearAlarms: readonly Triplet[];
  suspects: readonly Readonly<{ suspect: SuspectLabel; triplet: Triplet }>[];
  goldens: readonly Shot[];
  /** The label whose analysis is shown: the best one, or an earlier one when the best has none. */
  analysed: LabelRun | undefined;
  /** Up to three typical members of each group of failures. */
  examples: ReadonlyMap<Cluster, readonly Shot[]>;
}>;

export function planRca(run: Run, sizes: Sizes): RcaPlan {
  const owner = run.best ?? run.labels.filter((l) => l.kpi).at(-1);
  const threshold = owner?.kpi?.used?.threshold;
  const most = sizes.open + sizes.more;
  const picks =
    owner?.kpi && threshold !== undefined ? pickRows(owner.kpi.scores, threshold, most) : undefined;
  const make = (rows: readonly ScoredRow[] | undefined, limit = most) =>
    (rows ?? []).slice(0, limit).map((row) => tripletOf(run, owner, row));
  const analysed = owner?.rca ? owner : run.labels.filter((l) => l.rca).at(-1);
  const byIndex = new Map(analysed?.kpi?.scores.rows.map((r) => [r.index, r]) ?? []);
  return {
    owner,
    picks,
    escapes: make(picks?.escapes),
    alarms: make(picks?.falseAlarms),
    nearEscapes: make(picks?.nearEscapes, sizes.open),
    nearAlarms: make(picks?.nearFalseAlarms, sizes.open),
    suspects: (analysed?.rca?.labels ?? []).slice(0, sizes.suspects).flatMap((suspect) => {
      const row = byIndex.get(suspect.index);
      return row ? [{ suspect, triplet: tripletOf(run, analysed, row) }] : [];
    }),
    goldens: (analysed?.rca?.goldens ?? [])
      .slice(0, sizes.suspects)
      .map((g) => ({ files: [run.places.locate(g.file) ?? g.file] })),
    analysed,
    examples: new Map(
      (analysed?.rca?.clusters ?? []).slice(0, sizes.open).map((c) => [
        c,
        c.members.slice(0, 3).flatMap((m) => {
          const row = byIndex.get(m);
          return (row && tripletOf(run, analysed, row).test) ?? [];
        }),
      ]),
    ),
  };
}

export function rcaShots(plan: RcaPlan): readonly Shot[] {
  const triplets = [plan.escapes, plan.alarms, plan.nearEscapes, plan.nearAlarms].flat();
  return [
    ...[...triplets, ...plan.suspects.map((s) => s.triplet)].flatMap(shotsOf),
    ...plan.goldens,
    ...[...plan.examples.values()].flat(),
  ];
}

/** Escapes and false alarms as pictures, then what they have in common. */
export function rcaSection(run: Run, plan: RcaPlan, album: Album, sizes: Sizes): Section {
  const { owner, picks } = plan;
  const title = "Root Cause Analysis";
  if (!owner || !picks)
    return {
      id: "rca",
      title,
      body: html`<p class="say">No scores to analyse yet.</p>${analysis(run, plan, album)}`,
    };
  const t = owner.kpi?.used?.threshold ?? 0;
  const distance = (row: ScoredRow) =>
    row.score === t
      ? "sets the threshold"
      : `${score(Math.abs(row.score - t))} ${row.score > t ? "above" : "below"}`;
  const gallery = (heading: string, words: string, list: readonly Triplet[], open = sizes.open): HtmlPart =>
    list.length > 0 &&
    html`<h3>${heading}</h3><p class="note">${words}</p>${tripletCards(album, list, open, distance)}`;
  const few = Math.ceil(sizes.open / 2);
  const { escapes, falseAlarms } = picks.totals;
  return {
    id: "rca",
    title,
    body: html`<p class="say">${labelName(owner.label)} at threshold ${score(t)}: ${plural(escapes, "escape")}, ${plural(falseAlarms, "false alarm")}.</p><p class="note">Each group shows golden, test and where the two differ. The number is the score, then its distance to the threshold. Tap a group to blink golden and test.</p>${gallery(
      `Escapes (${count(escapes)})`,
      "Defects that are called PASS, lowest score first.",
      plan.escapes,
    )}${
      escapes === 0 &&
      gallery(
        "Nearest to escaping",
        "No defect escapes at this threshold. These came closest, and they hold the threshold down.",
        plan.nearEscapes,
        few,
      )
    }${gallery(
      `False alarms (${count(falseAlarms)})`,
      "Good parts that are called NG, highest score first.",
      plan.alarms,
    )}${
      falseAlarms === 0 &&
      gallery(
        "Nearest to a false alarm",
        "No good part is rejected at this threshold. These came closest.",
        plan.nearAlarms,
        few,
      )
    }${analysis(run, plan, album)}`,
  };
}
