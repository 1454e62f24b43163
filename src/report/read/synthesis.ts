import path from "node:path";
import { exists } from "../../kit/files.js";
import { jsonOf, number, text, tree } from "./json.js";
import { asRecords, readSmallTable } from "./table.js";

/** One synthetic pair and why it was admitted or refused. Files are absolute. */
export type SyntheticPair = Readonly<{
  name: string;
  label: string;
  ok: string;
  ng: string;
  score: number | undefined;
  admitted: boolean;
  reason: string;
}>;

export type SynthesisFacts = Readonly<{
  requested: number | undefined;
  generated: number;
  admitted: number;
  allocation: Readonly<Record<string, number>>;
  reasons: Readonly<Record<string, number>>;
  pairs: readonly SyntheticPair[];
}>;

/** Reads what an iteration's anomalygen stage left (contract 7.3): `folder` is `RD/iterN/anomalygen`. */
export async function readSynthesis(folder: string): Promise<SynthesisFacts | undefined> {
  if (!(await exists(folder))) return undefined;
  const sdg = path.join(folder, "sdg");
  const records = asRecords(await readSmallTable(path.join(sdg, "SDG_result.csv")));
  const allocation: Record<string, number> = {};
  for (const [name, v] of Object.entries(tree(await jsonOf(path.join(folder, "allocation.json"))))) {
    const n = number(v);
    if (n !== undefined) allocation[name] = n;
  }
  const provenance = await provenanceOf(folder);
  const pairs = records.map((r) => {
    const name = path.basename(r.output_filename ?? "");
    const about = provenance.get(path.parse(name).name);
    const admitted = (about?.admitted ?? r.guardrail_pass !== "0") && r.guardrail_pass !== "0";
    return {
      name,
      label: about?.label ?? anomalyOf(r.anomaly_type ?? name),
      ok: path.join(sdg, "original_image", name),
      ng: path.join(sdg, "reconstructed_image", name),
      score: about?.score,
      admitted,
      reason: about?.reason ?? (admitted ? "" : "blocked by the guardrail"),
    };
  });
  const reasons: Record<string, number> = {};
  for (const p of pairs)
    if (p.reason && !p.admitted) reasons[p.reason] = (reasons[p.reason] ?? 0) + 1;
  const planned = Object.values(allocation).reduce((a, b) => a + b, 0);
  return {
    requested: planned || undefined,
    generated: records.length,
    admitted: pairs.filter((p) => p.admitted).length,
    allocation,
    reasons,
    pairs,
  };
}

type About = Readonly<{ label?: string; score?: number; admitted?: boolean; reason?: string }>;

async function provenanceOf(folder: string): Promise<ReadonlyMap<string, About>> {
  const found = new Map<string, About>();
  for (const file of ["provenance.csv", "sdg/provenance.csv"])
    for (const r of asRecords(await readSmallTable(path.join(folder, file)))) {
      const name = path.parse(path.basename(r.output_filename ?? r.name ?? "")).name;
      if (name)
        found.set(name, {
          label: text(r.label),
          score: number(r.score),
          admitted: r.admitted === undefined ? undefined : /^(1|true|yes)$/i.test(r.admitted),
          reason: text(r.reason),
        });
    }
  return found;
}

/** `PCB+bridge_00004` or `PCB+bridge` → `bridge`. */
function anomalyOf(type: string): string {
  return (/\+(.+?)(?:_\d+)?(?:\.\w+)?$/.exec(type)?.[1] ?? type).toLowerCase();
}
