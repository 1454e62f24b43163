import { defectsNeeded } from "../../metric/claim.js";
import { count, labelName, percent, plural } from "../page/format.js";
import type { Run } from "../read/run.js";
import { classFacts, withoutWeakest } from "./classes.js";
import type { Verdict } from "./verdict.js";

/** One step that a person can take: what, and why. */
export type Advice = Readonly<{ what: string; why: string; command?: string }>;

/** What to do next, most useful first. Only what the run's own numbers support. */
export function adviceOf(run: Run, verdict: Verdict): readonly Advice[] {
  const { state, best } = run;
  const out: Advice[] = [];
  const failure = state.events.filter((e) => !e.ok).at(-1);
  if (verdict.kind === "hard_stop")
    out.push({
      what: failure
        ? `Repair what stopped ${labelName(failure.label)}, stage ${failure.stage}`
        : "Find the cause of the stop",
      why: failure?.summary || "A hard stop is never retried by itself: its cause must be removed first.",
      command: "reflow status <run-dir>",
    });
  if (verdict.kind === "in_progress" || verdict.kind === "no_evaluation")
    out.push({
      what: "Let the run go on",
      why: "Finished stages are not repeated; this report is written again after every stage.",
      command: "reflow resume <run-dir>",
    });
  if (verdict.kind === "met" || verdict.kind === "unproven")
    out.push({
      what: "Take the bundle to the line",
      why: "It holds the very model that was evaluated here, its threshold and test vectors that prove it.",
      command: "reflow export <run-dir> --output <bundle-dir>",
    });
  out.push(...claimAdvice(run, verdict), ...marginAdvice(run, verdict));
  if (best && verdict.kind !== "hard_stop") out.push(...gapAdvice(run, verdict));
  return out;
}

function claimAdvice(run: Run, verdict: Verdict): Advice[] {
  const used = run.best?.kpi?.used;
  if (!used) return [];
  const { claim } = verdict;
  if (claim && claim.verdict !== "met")
    return [
      {
        what:
          claim.verdict === "not met"
            ? `The claim ${claim.claim.text} does not hold: ${percent(claim.rate)} was measured`
            : `Collect ${plural(Math.max(1, claim.needed - claim.n), claim.claim.rate === "escape" ? "more defect" : "more good part")} for the KPI set`,
        why: `The claim ${claim.claim.text} needs ${count(claim.needed)} with the same number of failures; ${count(claim.n)} bound the rate at ${percent(claim.bound)}.`,
      },
    ];
  const needed = defectsNeeded({ limit: 0.01, confidence: 0.95 }, used.escapes);
  if (claim || used.escapeBound <= 0.01) return [];
  return [
    {
      what: `Do not promise less than ${percent(used.escapeBound)} escapes yet`,
      why: `${plural(used.escapes, "escape")} in ${plural(used.defects, "defect")} cannot exclude it (95 % confidence). To claim 1 % needs ${count(needed)} defects.`,
    },
  ];
}

function gapAdvice(run: Run, verdict: Verdict): Advice[] {
  const { best, baseline, state } = run;
  const scores = best?.kpi?.scores;
  if (!best || !scores) return [];
  const out: Advice[] = [];
  const [dearest] = classFacts(scores, best.kpi?.used?.threshold);
  const gap = verdict.kind === "gap" || verdict.kind === "in_progress";
  if (gap && dearest && Number.isFinite(dearest.cost))
    out.push({
      what: `Work on “${dearest.label}”: it alone sets the false-alarm rate`,
      why: `Its weakest sample scores lowest of all defects; catching it costs ${percent(dearest.cost)} of the good parts. Look at that sample below: is it a real defect?`,
    });
  const full = best.kpi?.full?.far;
  const relief = withoutWeakest(scores, 1);
  if (full !== undefined && relief !== undefined && full - relief > Math.max(0.005, full * 0.2))
    out.push({
      what: "Check the single weakest defect by eye",
      why: `Without it the false-alarm rate at full recall would be ${percent(relief)} instead of ${percent(full)}.`,
    });
  const last = run.labels.filter((l) => l.mining).at(-1);
  if (last?.mining?.recommendation)
    out.push({ what: "Widen the mining pool", why: last.mining.recommendation });
  const iterations = run.labels.filter((l) => l.state.measured && l.label !== "baseline").length;
  if (verdict.kind === "gap" && state.maxIterations !== undefined && iterations >= state.maxIterations)
    out.push({
      what: "Allow more iterations",
      why: `All ${plural(state.maxIterations, "iteration")} were used; the best was ${labelName(best.label)}.`,
    });
  if (best === baseline && iterations > 0)
    out.push({
      what: "Look at the added data",
      why: "No iteration beat the baseline, so the baseline model is handed over. See which class lost below.",
    });
  return out;
}

/** A met target whose interval reaches beyond it is met on this sample only. */
function marginAdvice(run: Run, verdict: Verdict): Advice[] {
  const used = run.best?.kpi?.used;
  const { metric } = run.state;
  if (verdict.kind !== "met" || metric?.name !== "far_pct" || !used) return [];
  if (used.farRange.high * 100 <= metric.target) return [];
  return [
    {
      what: "Confirm it on more good parts",
      why: `The measured rate is below the target, but ${plural(used.falseAlarms, "false alarm")} in ${plural(used.pass, "good part")} allow a true rate of up to ${percent(used.farRange.high)}.`,
    },
  ];
}
