import path from "node:path";
import { heatTile } from "../../../analysis/index.js";
import { type HeatMap, heatmaps, readCheckpoint, score } from "../../../changenet/index.js";
import { isPass, type PairRow } from "../../../dataset/index.js";
import { formatCsv, ReflowError, readParquet, readText, writeFileAtomic } from "../../../kit/index.js";
import { PROVENANCE_COLUMNS } from "../../../mining/index.js";
import { type Attention, generate } from "../../../synthesis/index.js";
import type { StageFunction } from "../../toolkit.js";
import { loadRows, loadSpec } from "./rows.js";

/** Staged synthetic pairs of earlier iterations: never exemplars or canvases, or their faults would breed. */
const SYNTHETIC = /(^|\/)synthetic_iter\d+_(ng|ok)\/?$/;

/** Draws defects into clean crops (contract 7) and admits them by the current model. */
export const anomalygen: StageFunction<"anomalygen"> = async (input, { seed, emit, signal }) => {
  const spec = await loadSpec(input.spec);
  const { rows } = await loadRows(input.trainCsv, input.trainImagesDir, spec);
  const real = rows.filter((row) => !SYNTHETIC.test(row.inputPath));
  const ngRows = real.filter((row) => row.ng === 1);
  const routed = (await readParquet(input.targetsParquet)).map((row) => String(row.label));
  const made = await generate({
    // Types that only the weak rows have are drawn too where their name says what they look like (a pin-hole).
    ...(input.defectSpec === null
      ? { defects: [...new Set([...ngRows.map((row) => row.label), ...routed.filter((l) => !isPass(l))])] }
      : {}),
    ngRows,
    cleanRows: real.filter((row) => row.ng === 0),
    ...(input.defectSpec === null ? {} : { defectSpec: input.defectSpec }),
    ...(input.datasetDir === null ? {} : { datasetDir: input.datasetDir }),
    numSdg: input.numSdg,
    seed,
    outDir: input.outDir,
    stageDir: input.stageDir,
    subdir: input.subdir,
    rowsDir: input.rowsDir,
    lights: spec.lights,
    imageExt: spec.imageExt,
    workspaceRelative: input.workspaceRelative,
    scoreRows: (some) => score({ checkpoint: input.checkpoint, rows: some, workers: input.workers, signal }),
    attentionOf: (some) => attentionOf(input.checkpoint, some, input.workers, signal),
    workers: input.workers,
    emit,
    signal,
  });
  if (made.chain.status === "fatal")
    throw new ReflowError(
      "stage",
      "silent_drop",
      `the counts of the generator do not add up: ${made.chain.problems.map((p) => p.message).join("; ")}`,
      "Rows were lost between two steps; the stage is not trusted.",
      { problems: made.chain.problems },
    );
  const rowsCsv = path.join(input.rowsDir, "sdg_rows.csv");
  await writeFileAtomic(rowsCsv, formatCsv(made.header, made.table));
  await writeFileAtomic(
    path.join(input.rowsDir, "sdg_rows_provenance.csv"),
    await provenance(made.files.provenance, input.outDir),
  );
  return {
    sdgCsv: made.files.result,
    allocationJson: made.files.allocation,
    rowsCsv,
    requested: [...made.allocation.values()].reduce((sum, n) => sum + n, 0),
    generated: [...made.made.values()].reduce((sum, n) => sum + n, 0),
    admitted: made.rows.length,
    ...(made.placedFreely.length > 0 ? { placedFreely: made.placedFreely } : {}),
  };
};

/** Heat maps in the frame of one picture: the greatest heat over the lightings. */
async function attentionOf(
  checkpoint: string,
  rows: readonly PairRow[],
  workers: number,
  signal: AbortSignal,
): Promise<readonly Attention[]> {
  const { columns, rows: lines, lights } = (await readCheckpoint(checkpoint)).preprocessing;
  const maps = await heatmaps({ checkpoint, rows, workers, signal });
  return maps.map((map) => {
    const tiles = Array.from({ length: Math.max(1, lights.length) }, (_, light) =>
      heatTile(map, { x: columns, y: lines }, light),
    );
    const [first] = tiles as [HeatMap];
    return { ...first, data: first.data.map((_, i) => Math.max(...tiles.map((tile) => tile.data[i]!))) };
  });
}

/** Where each synthetic row came from, in the columns that the merge keeps for every new row. */
async function provenance(file: string, outDir: string): Promise<string> {
  const lines = (await readText(file)).split("\n").filter((l) => l !== "");
  const rows = lines.map((line) => {
    const told = JSON.parse(line) as { clean_test?: string[]; exemplar_source?: string | null };
    const clean = told.clean_test?.[0];
    const cells: Partial<Record<(typeof PROVENANCE_COLUMNS)[number], string>> = {
      producer: "synthetic",
      origin_file: clean === undefined ? "" : path.resolve(outDir, clean),
      exemplar: told.exemplar_source ?? "",
    };
    return PROVENANCE_COLUMNS.map((c) => cells[c] ?? "");
  });
  return formatCsv(PROVENANCE_COLUMNS, rows);
}
