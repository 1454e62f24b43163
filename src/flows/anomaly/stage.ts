import { copyFile } from "node:fs/promises";
import path from "node:path";
import { dataError } from "../../kit/errors.js";
import { writeFileAtomic } from "../../kit/files.js";
import { makeFolder } from "../../kit/folders.js";
import type { DefectPairs } from "../knobs/index.js";
import type { Step } from "../run/types.js";
import { recolouring, writeKnownLabels, writeRecoloured } from "./labels.js";
import { stageSubmasks } from "./submasks.js";

export const DATASET = "dataset";

/** A clean picture to be staged: files below the output. */
export type Clean = Readonly<{ material: string; stem: string; picture: string; cadMask: string }>;

export type Staged = {
  /** Clean pictures of each material. */
  clean: { [material: string]: number };
  /** Pairs that are staged, and those that have no place on this board. */
  types: string[];
  dropped: string[];
};

/**
 * Makes the data set of placement and generator out of crops (dig 1.5, contract 4.7): `<MAT>/clean_image`, `cad_mask` under
 * the clean picture's stem, `mask/<defect>`, the labels and `defect_spec.jsonl`. Pairs whose material has no crop are left
 * out and told (dig C14). Throws `no_places` when none remains, and `submasks_missing`.
 */
export function stageStep(
  o: Readonly<{
    cleans: readonly Clean[];
    pairs: DefectPairs;
    dependency: string;
    /** Labels of the crops' CAD masks, below the output. */
    labels: string;
    classDirs: Readonly<Record<string, string>>;
    raw: string | undefined;
    seed: number;
  }>,
): Step<Staged> {
  const materials = new Set(o.cleans.map((clean) => clean.material));
  const kept = o.pairs.filter(([material]) => materials.has(material));
  const dropped = o.pairs.filter(([material]) => !materials.has(material)).map((pair) => pair.join("+"));
  return {
    id: "stage",
    title: "Data set",
    makes: [DATASET],
    after: "clean",
    parameters: {
      pairs: o.pairs.map((pair) => pair.join("+")),
      dependency: o.dependency,
      drawn: o.raw === undefined,
    },
    files: o.raw === undefined ? [] : [o.raw],
    run: async ({ at, emit, signal }) => {
      if (kept.length === 0)
        throw dataError(
          "no_places",
          `none of ${dropped.join(", ")} has a place: the crops are of ${[...materials].sort().join(", ")}`,
          "Change anomaly_types_json, or class_dirs of the cookbook.",
        );
      const root = at(DATASET);
      const used = new Set(kept.map(([material]) => material));
      const map = await recolouring(at(o.labels), o.classDirs);
      const clean: Staged["clean"] = {};
      const wanted = o.cleans.filter(({ material }) => used.has(material));
      for (const [i, { material, stem, picture, cadMask }] of wanted.entries()) {
        signal?.throwIfAborted();
        const folder = path.join(root, material, "clean_image");
        await makeFolder(folder);
        await copyFile(at(picture), path.join(folder, `${stem}${path.extname(picture)}`));
        await writeRecoloured(at(cadMask), path.join(root, material, "cad_mask", `${stem}.png`), map);
        clean[material] = (clean[material] ?? 0) + 1;
        emit({ type: "progress", what: "data set", done: i + 1, total: wanted.length, unit: "pictures" });
      }
      await writeKnownLabels(root);
      for (const [material, defect] of kept)
        await stageSubmasks({ raw: o.raw, to: root, material, defect, seed: o.seed });
      await writeSpec(root, kept, o.dependency);
      return { clean, types: kept.map((pair) => pair.join("+")), dropped };
    },
    told: (r) =>
      `${Object.entries(r.clean)
        .map(([material, n]) => `${n} ${material}`)
        .join(
          ", ",
        )}; ${r.types.join(", ")}${r.dropped.length > 0 ? `; no place for ${r.dropped.join(", ")}` : ""}`,
  };
}

/** `defect_spec.jsonl` (dig 1.5). */
export async function writeSpec(root: string, pairs: DefectPairs, dependency: string): Promise<void> {
  const lines = pairs.map((pair) =>
    JSON.stringify({
      defect_type: pair.join("+"),
      spatial_dependency: dependency,
      roi_prompt_defect_location: "",
    }),
  );
  await writeFileAtomic(path.join(root, "defect_spec.jsonl"), `${lines.join("\n")}\n`);
}
