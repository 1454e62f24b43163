import path from "node:path";
import type { Problem } from "../kit/errors.js";
import type { Pool } from "./dataset/pools.js";
import type { PlaceMasksOptions } from "./options.js";
import type { SampleEntry } from "./records.js";
import type { SampleTask } from "./routes/task.js";
import { recordPath, type Testcase, testcase } from "./testcases.js";

/** The rows: by type in spec order, masks by folder and name, as many as were allocated (contract 5.9). */
export function collectRows(
  o: PlaceMasksOptions,
  pools: readonly Pool[],
  allocation: ReadonlyMap<string, number>,
  tasks: readonly SampleTask[],
  entries: readonly SampleEntry[],
): readonly Testcase[] {
  const output = path.resolve(o.output);
  return pools.flatMap(({ spec, allMulti }) => {
    const made = entries.flatMap(({ summary, masks }, i) =>
      summary.defect_type === spec.defectType
        ? masks.map(({ file }) => ({
            folder: summary.name,
            file,
            clean: (tasks[i] as SampleTask).record.clean_image,
          }))
        : [],
    );
    made.sort((a, b) => compare(a.folder, b.folder) || compare(path.basename(a.file), path.basename(b.file)));
    return made.slice(0, allocation.get(spec.defectType) ?? 0).map(({ file, clean }) =>
      testcase({
        image: recordPath(output, clean),
        mask: file,
        type: spec.defectType,
        guidance: o.guidance ?? 7,
        cropRatio: o.cropRatio ?? 2,
        allMulti,
      }),
    );
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the samples met, what was not heeded, and what is missing. */
export function findings(
  tasks: readonly SampleTask[],
  entries: readonly SampleEntry[],
  plan: Readonly<Record<string, number>>,
  placed: Readonly<Record<string, number>>,
): readonly Problem[] {
  return [...distinct(entries), ...unread(tasks), ...crowded(entries), ...shortfall(plan, placed)];
}

/** One problem a file and code, however many samples met it. */
function distinct(entries: readonly SampleEntry[]): readonly Problem[] {
  const seen = new Map<string, Problem>();
  for (const { problems } of entries)
    for (const p of problems) {
      const key = `${p.code}\n${p.where?.file}\n${p.message}`;
      if (!seen.has(key)) seen.set(key, p);
    }
  return [...seen.values()];
}

function unread(tasks: readonly SampleTask[]): readonly Problem[] {
  const types = new Set(
    tasks.filter(({ route }) => route.kind === "text" && !route.boxes).map((t) => t.record.defect_type),
  );
  return [...types].map((type) => ({
    code: "prompt_not_read",
    severity: "warning",
    message: `"${type}" was placed anywhere on the image: its prompt was not read`,
    hint: "Supply the answers of a vision language model (--boxes), or use spatial_dependency cad.",
    where: { field: type },
  }));
}

/** A mask that covers more of its image than this, and several times what the shape covered where it was labelled. */
const MUCH = 0.25;
const GROWN = 3;

/** Shapes that were enlarged over their images: such a picture shows another surface, not a defect. */
function crowded(entries: readonly SampleEntry[]): readonly Problem[] {
  const types = new Map<string, { of: number; large: number; most: number; labelled: number }>();
  for (const { summary, masks } of entries)
    for (const { covers } of masks) {
      if (!covers) continue;
      const t = types.get(summary.defect_type) ?? { of: 0, large: 0, most: 0, labelled: 0 };
      types.set(summary.defect_type, t);
      const [placed, labelled] = covers;
      t.of++;
      if (placed <= MUCH || placed <= GROWN * labelled) continue;
      t.large++;
      if (placed > t.most) Object.assign(t, { most: placed, labelled });
    }
  const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  return [...types].flatMap(([type, { of, large, most, labelled }]) =>
    large === 0
      ? []
      : [
          {
            code: "mask_covers_image",
            severity: "warning" as const,
            message: `${large} of ${of} masks of "${type}" cover over a quarter of their image; the largest covers ${percent(most)}, where it was labelled ${percent(labelled)}`,
            hint: "Shapes are enlarged up to four times each way: bound them with --most-cover, or give masks that are small in their picture.",
            where: { field: type },
          },
        ],
  );
}

function shortfall(
  plan: Readonly<Record<string, number>>,
  placed: Readonly<Record<string, number>>,
): readonly Problem[] {
  return Object.entries(plan).flatMap(([type, n]) => {
    const got = placed[type] ?? 0;
    return got >= n
      ? []
      : [
          {
            code: "amp_shortfall",
            severity: "warning" as const,
            message: `${got} of ${n} samples of "${type}" could be placed`,
            hint: "Look at amp/summary.json: no candidates, no detection, or failed placements.",
            where: { field: type },
          },
        ];
  });
}
