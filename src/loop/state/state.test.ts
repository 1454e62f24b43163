import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMetric } from "../../metric/index.js";
import { applyCommit, type Commit } from "./commit.js";
import { mayFollow, stateFaults } from "./invariants.js";
import { nextName, nextStep } from "./next.js";
import { logText } from "./store.js";
import { type DeftState, type Label, type LoopStage, labelOf } from "./types.js";

const RD = "/ws/results/run_20260101_000000";
const now = new Date("2026-01-01T10:00:00.789Z");

function fresh(maxIterations = 2): DeftState {
  return {
    version: 4,
    started_at: "2026-01-01T10:00:00+00:00",
    status: "in_progress",
    kpi_target: "FAR < 1% at Recall=100%",
    metric_contract: parseMetric("FAR < 1% at Recall=100%"),
    results_dir: RD,
    max_iterations: maxIterations,
    current_iteration: 0,
    execution_policy: {},
    config: {} as DeftState["config"],
    iterations: {},
    events: [],
    _completed_step_values: [],
    _status_values: [],
  };
}

const result = (passed: boolean) => ({
  name: "far_pct",
  value: passed ? 0.5 : 5,
  unit: "%",
  constraints: { recall_pct: 100 },
  threshold: 0.5,
  evidence_path: `${RD}/m.json`,
  passed,
});

/** A valid commit of any stage, so that only the order can be wrong. */
function commitOf(stage: LoopStage, label: Label, passed = false): Commit {
  const at = (name: string) => `${RD}/${label}/${name}`;
  switch (stage) {
    case "train":
      return {
        kind: "ok",
        stage,
        evidence: { best_ckpt_path: at("train/a.onnx"), training_spec: at("train/s.yaml") },
      };
    case "evaluate":
      return {
        kind: "ok",
        stage,
        evidence: {
          best_ckpt_path: at("train/a.onnx"),
          inference_csv: at("i.csv"),
          metric_result: result(passed),
          threshold: 0.5,
        },
      };
    case "rca":
      return { kind: "ok", stage, evidence: { rca_gaps_parquet: at("g.parquet") } };
    case "routing":
      return {
        kind: "ok",
        stage,
        evidence: { routing_mining_parquet: at("m.parquet"), routing_anomalygen_parquet: at("a.parquet") },
      };
    case "anomalygen":
      return { kind: "ok", stage, evidence: { anomalygen_skipped: true } };
    case "data_mining":
      return { kind: "ok", stage, evidence: { data_mining_skipped: true } };
    case "data_merge":
      return {
        kind: "ok",
        stage,
        evidence: {
          combined_training_csv: at("c.csv"),
          provenance_csv: at("p.csv"),
          merge_validation_report: at("m.json"),
        },
      };
    default:
      return {
        kind: "stop",
        stage: "loop_stop",
        reason: passed ? "metric_met" : "max_iterations",
        artifacts: { best_model_json: `${RD}/b.json`, inference_spec: `${RD}/s.yaml` },
      };
  }
}

const commit = (s: DeftState, stage: LoopStage, label: Label, passed = false) =>
  applyCommit(s, commitOf(stage, label, passed), { label, summary: "done", durationSec: 3, now });

/** Follows nextStep to the end; `passAt` is the iteration whose evaluation passes. */
function runToEnd(maxIterations: number, passAt: number): DeftState {
  let state = fresh(maxIterations);
  for (;;) {
    const next = nextStep(state);
    if (next.kind === "complete" || next.kind === "halt") return state;
    const stage = next.kind === "finalize" ? "loop_stop" : next.stage;
    const passed = next.kind === "finalize" ? next.reason === "metric_met" : labelOf(passAt) === next.label;
    state = commit(state, stage, next.label, passed);
  }
}

describe("the stage sequence", () => {
  test("two iterations without success go through contract 2.10 in order and stop at the limit", () => {
    const end = runToEnd(2, 99);
    const iteration = (l: string) =>
      ["routing", "anomalygen", "data_mining", "data_merge", "train", "evaluate"].map((s) => `${l}/${s}`);
    expect(end.events.map((e) => `${e.iter}/${e.stage}`)).toEqual([
      "baseline/train",
      "baseline/evaluate",
      "baseline/rca",
      ...iteration("iter1"),
      "iter1/rca",
      ...iteration("iter2"),
      "iter2/loop_stop",
    ]);
    expect(end).toMatchObject({ status: "complete", current_iteration: 2 });
    expect(end.events.at(-1)?.summary).toBe("Stopped because the configured iteration limit was reached.");
    expect(Object.keys(end).slice(-2)).toEqual(["completed_at", "final_artifacts"]);
  });

  test("a baseline that passes ends at once, and a run that ended is never reopened", () => {
    const end = runToEnd(3, 0);
    expect(end.events.map((e) => e.stage)).toEqual(["train", "evaluate", "loop_stop"]);
    expect(nextName(nextStep(end))).toBe("complete");
    expect(() => commit(end, "rca", "baseline")).toThrow(/never reopened/);
  });

  test("an error event ends the run, whatever the stage", () => {
    const s = commit(fresh(), "train", "baseline");
    const failed = applyCommit(
      s,
      { kind: "error", stage: "evaluate" },
      { label: "baseline", summary: "x: y", durationSec: 1, now },
    );
    expect(failed).toMatchObject({ status: "failed", completed_at: "2026-01-01T10:00:00+00:00" });
    expect(failed.iterations.baseline).toMatchObject({ status: "failed", stage_completed: "train" });
    expect(nextStep(failed).kind).toBe("halt");
    expect(stateFaults(failed)).toEqual([]);
    expect(() => commit(failed, "evaluate", "baseline")).toThrow(/never reopened/);
  });

  test("every sequence of tries leaves a state without faults, and only the due stage is ever accepted", () => {
    const labels: Label[] = ["baseline", "iter1", "iter2", "iter3"];
    const stages: LoopStage[] = [
      "train",
      "evaluate",
      "rca",
      "routing",
      "anomalygen",
      "data_mining",
      "data_merge",
      "loop_stop",
    ];
    const wild = fc.record({
      label: fc.constantFrom(...labels),
      stage: fc.constantFrom(...stages),
      passed: fc.boolean(),
      error: fc.boolean(),
      /** Half of the tries follow the machine, so that long runs are reached too. */
      follow: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (tries, max) => {
        let state = fresh(max);
        for (const t of tries) {
          const next = nextStep(state);
          const due =
            next.kind === "stage"
              ? `${next.label}/${next.stage}`
              : next.kind === "finalize"
                ? `${next.label}/loop_stop`
                : "";
          const stage = t.follow && due ? (due.split("/")[1] as LoopStage) : t.stage;
          const label = t.follow && due ? (due.split("/")[0] as Label) : t.label;
          const passed = next.kind === "finalize" ? next.reason === "metric_met" : t.passed;
          const change: Commit =
            t.error && stage !== "loop_stop" && !t.follow
              ? { kind: "error", stage: stage as "train" }
              : commitOf(stage, label, passed);
          try {
            state = applyCommit(state, change, { label, summary: "s", durationSec: 1, now });
            expect(`${label}/${stage}`).toBe(due);
          } catch (error) {
            expect((error as { code?: string }).code).toBe("commit_refused");
            expect(`${label}/${stage}`).not.toBe(due);
          }
          expect(stateFaults(state)).toEqual([]);
        }
        expect(new Set(state.events.map((e) => `${e.iter}/${e.stage}`)).size).toBe(state.events.length);
        state.events.forEach((e, i) => {
          expect(mayFollow(state.events[i - 1], e)).toBe(true);
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe("evidence", () => {
  const at = (label: Label, file: string) =>
    applyCommit(
      fresh(),
      {
        kind: "ok",
        stage: "train",
        evidence: { best_ckpt_path: file, training_spec: `${RD}/s.yaml` },
      },
      { label, summary: "x", durationSec: 1, now },
    );
  test.each([
    ["a checkpoint of another label", `${RD}/iter1/train/a.onnx`],
    ["a relative path", "a.onnx"],
    ["a sibling folder with the same beginning", `${RD}/baseline/train2/a.onnx`],
  ])("refuses %s", (_, file) => {
    expect(() => at("baseline", file)).toThrow(/best_ckpt_path/);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a duration of %s", (durationSec) => {
    expect(() =>
      applyCommit(fresh(), commitOf("train", "baseline"), {
        label: "baseline",
        summary: "x",
        durationSec,
        now,
      }),
    ).toThrow(/positive/);
  });

  test("refuses a stop reason that the last result contradicts", () => {
    let s = commit(fresh(1), "train", "baseline");
    s = commit(s, "evaluate", "baseline", true);
    const stop = { ...commitOf("loop_stop", "baseline", true), reason: "max_iterations" } as Commit;
    expect(() => applyCommit(s, stop, { label: "baseline", summary: "x", durationSec: 1, now })).toThrow(
      /contradicts/,
    );
  });

  test("the built-in evaluator's result must bring its threshold", () => {
    const s = commit(fresh(), "train", "baseline");
    const c = commitOf("evaluate", "baseline") as Extract<Commit, { stage: "evaluate" }> & { kind: "ok" };
    const { threshold: _, ...evidence } = c.evidence;
    expect(() =>
      applyCommit(s, { ...c, evidence }, { label: "baseline", summary: "x", durationSec: 1, now }),
    ).toThrow(/threshold/);
  });
});

describe("contract forms", () => {
  test("fields and their order are upstream's", () => {
    let s = commit(fresh(), "train", "baseline");
    s = commit(s, "evaluate", "baseline");
    expect(Object.keys(s)).toEqual([
      "version",
      "started_at",
      "status",
      "kpi_target",
      "metric_contract",
      "results_dir",
      "max_iterations",
      "current_iteration",
      "execution_policy",
      "config",
      "iterations",
      "events",
      "_completed_step_values",
      "_status_values",
    ]);
    expect(Object.keys(s.events[0] ?? {})).toEqual([
      "seq",
      "ts",
      "iter",
      "stage",
      "status",
      "summary",
      "duration_sec",
      "context_tokens",
    ]);
    expect(s.events[0]?.ts).toBe("2026-01-01T10:00:00+00:00");
    expect(s.iterations.baseline).toMatchObject({ status: "complete", far_pct: 5, threshold: 0.5 });
  });

  test("the log holds the same events, one a line", () => {
    const s = commit(fresh(), "train", "baseline");
    expect(
      logText(s.events)
        .trim()
        .split("\n")
        .map((l) => JSON.parse(l)),
    ).toEqual(s.events);
  });

  test("a pre-seeded baseline begins with evaluate", () => {
    const s: DeftState = {
      ...fresh(),
      iterations: { baseline: { status: "in_progress", stage_completed: "train", best_ckpt_path: "/x" } },
    };
    expect(nextStep(s)).toMatchObject({ stage: "evaluate", label: "baseline" });
    expect(stateFaults(s)).toEqual([]);
    expect(stateFaults(commit(s, "evaluate", "baseline"))).toEqual([]);
  });

  test.each([
    ["a gap in seq", (s: DeftState) => ({ ...s, events: [{ ...s.events[0]!, seq: 2 }] })],
    [
      "a wrong stage_completed",
      (s: DeftState) => ({
        ...s,
        iterations: { baseline: { status: "complete" as const, stage_completed: "rca" as const } },
      }),
    ],
    ["a status the events do not carry", (s: DeftState) => ({ ...s, status: "complete" as const })],
    [
      "an event for an unknown stage",
      (s: DeftState) => ({ ...s, events: [{ ...s.events[0]!, stage: "cook" as "train" }] }),
    ],
  ])("stateFaults sees %s", (_, spoil) => {
    expect(stateFaults(spoil(commit(fresh(), "train", "baseline")))).not.toEqual([]);
  });
});
