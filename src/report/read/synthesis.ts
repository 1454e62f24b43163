import path from "node:path";
import { exists, readText } from "../../kit/files.js";
import { FREE_WORDS, type FreeReason } from "../../synthesis/placement.js";
import { jsonOf, number, type Tree, text, tree } from "./json.js";
import { asRecords, readSmallTable } from "./table.js";

/** One synthetic pair and why it was let in. Files are absolute. */
export type SyntheticPair = Readonly<{
  name: string;
  label: string;
  ok: string;
  ng: string;
  /** Score of the model that was current when it was made; low = the model did not see the defect. */
  score: number | undefined;
  admitted: boolean;
  reason: string;
}>;

export type SynthesisFacts = Readonly<{
  requested: number | undefined;
  generated: number;
  admitted: number;
  allocation: Readonly<Record<string, number>>;
  /** Draws that were thrown away, by reason, most frequent first. */
  refused: Readonly<Record<string, number>>;
  pairs: readonly SyntheticPair[];
}>;

/** Admission reasons in words; others are shown as they are. */
const REASONS: Readonly<Record<string, string>> = {
  informative: "the model was unsure: worth learning",
  least_easy: "the hardest of its draws",
  unscored: "visible and new",
  invisible: "not visible above the noise",
  too_small: "too small",
  copy_of_exemplar: "a copy of its exemplar",
  copy_of_synthetic: "a copy of another synthetic crop",
  too_easy: "too easy for the current model",
  told_from_real: "told from the real ones by a small classifier",
  least_told: "the most real of its draws",
  no_place: "no free place",
};

/** Reads what an iteration's anomalygen stage left (contract 7.3): `folder` is `RD/iterN/anomalygen`. */
export async function readSynthesis(folder: string): Promise<SynthesisFacts | undefined> {
  const sdg = path.join(folder, "sdg");
  const records = asRecords(await readSmallTable(path.join(sdg, "SDG_result.csv")));
  if (records.length === 0 && !(await exists(folder))) return undefined;
  const allocation: Record<string, number> = {};
  for (const [name, v] of Object.entries(tree(await jsonOf(path.join(folder, "allocation.json"))))) {
    const n = number(v);
    if (n !== undefined) allocation[name] = n;
  }
  const provenance = await provenanceOf(path.join(folder, "provenance.jsonl"));
  const pairs = records.map((r): SyntheticPair => {
    const name = path.basename(r.output_filename ?? "");
    const about = provenance.get(path.parse(name).name);
    const admission = tree(about?.admission);
    const blocked = r.guardrail_pass === "0";
    const why = text(admission.reason);
    return {
      name,
      label: text(about?.label) ?? anomalyOf(r.anomaly_type ?? name),
      ok: path.join(sdg, "original_image", name),
      ng: path.join(sdg, "reconstructed_image", name),
      score: number(admission.score),
      admitted: !blocked && admission.verdict !== "refused",
      reason: blocked
        ? "blocked by the guardrail"
        : [why && (REASONS[why] ?? why), freely(about)].filter(Boolean).join("; "),
    };
  });
  const planned = Object.values(allocation).reduce((a, b) => a + b, 0);
  return {
    requested: planned || undefined,
    generated: records.length,
    admitted: pairs.filter((p) => p.admitted).length,
    allocation,
    refused: refusals(provenance, pairs),
    pairs,
  };
}

/** Why a pair lies anywhere although the defect spec gave it a place. */
function freely(about: Tree | undefined): string {
  const admission = tree(about?.admission);
  const why = text(tree(about?.placement).reason);
  return why && admission.verdict !== "refused"
    ? `placed freely: ${FREE_WORDS[why as FreeReason] ?? why}`
    : "";
}

/** One JSON object per line, by object name; lines that are no JSON are left out. */
async function provenanceOf(file: string): Promise<ReadonlyMap<string, Tree>> {
  const found = new Map<string, Tree>();
  if (!(await exists(file))) return found;
  const lines = (await readText(file).catch(() => "")).split("\n");
  for (const line of lines) {
    try {
      const row = tree(JSON.parse(line));
      const name = text(row.object_name);
      if (name) found.set(name, row);
    } catch {
      // A half-written last line says nothing about the others.
    }
  }
  return found;
}

function refusals(
  provenance: ReadonlyMap<string, Tree>,
  pairs: readonly SyntheticPair[],
): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  const add = (why: string, n: number) => counts.set(why, (counts.get(why) ?? 0) + n);
  for (const row of provenance.values())
    for (const [why, n] of Object.entries(tree(row.refused_before))) add(REASONS[why] ?? why, number(n) ?? 0);
  for (const p of pairs) if (!p.admitted) add(p.reason || "refused", 1);
  return Object.fromEntries([...counts.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** `PCB+bridge_00004` or `PCB+bridge` → `bridge`. */
function anomalyOf(type: string): string {
  return (/\+(.+?)(?:_\d+)?(?:\.\w+)?$/.exec(type)?.[1] ?? type).toLowerCase();
}
