import path from "node:path";
import type { WorkspaceRow } from "../flows/workspace/tables.js";
import { componentDepth, locateFrames, readMetadata } from "../scene/crop/index.js";
import { buildPairs, lightingsOf, PAIR_DEFAULTS, type PairRender } from "../scene/pair/index.js";
import { slightShifts, type UnitScan } from "./scans.js";

/** Good rows for each defective one, as far as a frame has untouched parts. */
const PASS = 6;
/** Pixels around a part. */
const OFFSET = 12;

/**
 * The rows of a unit: its defective components beside their golden crops, and untouched ones. Labels, boxes and paths
 * come from the scene. Crops go to `images/<session>/<serial>`.
 */
export async function pairUnit(
  root: string,
  unit: UnitScan,
  o: Readonly<{ seed: number; signal?: AbortSignal }>,
): Promise<readonly WorkspaceRow[]> {
  const folder = path.posix.join(unit.session.name, unit.serial);
  const defect = await frames(unit.output);
  const { pairs } = await buildPairs({
    ...{ good: await frames(unit.golden), defect, output: path.join(root, "images", folder) },
    settings: {
      ...PAIR_DEFAULTS,
      mode: "component",
      offset: OFFSET,
      lights: lightingsOf(defect.metadata),
      depth: componentDepth(defect.metadata),
      pass: PASS,
      flatten: true,
      seed: o.seed,
    },
    ...(o.signal && { signal: o.signal }),
  });
  const slight = slightShifts(unit);
  return pairs
    .filter(({ component }) => !slight.has(component ?? ""))
    .map((pair) => {
      const names = (pair.component ?? pair.frame).split("/");
      return {
        test: path.posix.join(folder, pair.test),
        golden: path.posix.join(folder, "golden"),
        object: pair.object,
        label: pair.label,
        group: pair.component ?? pair.frame,
        board: "small",
        component: names.at(-1) ?? "",
        type: names.at(-2) ?? "",
      };
    });
}

async function frames(folder: string): Promise<PairRender> {
  const found = await locateFrames(folder);
  const metadata = await readMetadata(found.pictures);
  return { ...found, ...(metadata && { metadata }) };
}
