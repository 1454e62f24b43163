import path from "node:path";
import { NumpyRandom } from "../kit/numpy-random.js";
import { seeded } from "../kit/random.js";
import { smallBoard } from "../scene/boards/index.js";
import { buildScene, PCBA_ROOT, writeScene } from "../scene/build/index.js";
import type { Cookbook } from "../scene/cookbook/index.js";
import { requireScene } from "../scene/flatten/index.js";
import type { Scene } from "../scene/model.js";
import { componentPool } from "../scene/poses/index.js";
import { poseSource } from "../scene/scan/index.js";
import type { CameraName } from "./cameras.js";
import { demoCookbook } from "./cookbook.js";
import type { DemoPlan, Session } from "./plan.js";
import { scattered } from "./scatter.js";

/** Everything rendered lies below this folder of the workspace. */
export const RENDERS = "renders";

/** One scan of a board: the golden one, or a unit with defects. */
export type Scan = Readonly<{
  /** Folder of its frames. */
  output: string;
  pipeline: "good" | "defect";
  scene: Scene;
  cookbook: Cookbook;
  seed: number;
}>;

export type UnitScan = Scan & Readonly<{ session: Session; serial: string; golden: string }>;

/** The scans of the demo: the golden board under each camera, then every unit. Writes the board's scene file. */
export async function planScans(
  root: string,
  seed: number,
  plan: DemoPlan,
): Promise<Readonly<{ goldens: readonly Scan[]; units: readonly UnitScan[] }>> {
  const file = path.join(root, RENDERS, "board.usda");
  await writeScene(buildScene(smallBoard(seed), { seed }), file);
  const scene = await requireScene(file);
  const { components } = componentPool(scene.root, PCBA_ROOT, "ALL");
  const random = seeded(seed).fork("demo");
  const goldenOf = (camera: CameraName) => path.join(root, RENDERS, `golden-${camera}`);
  const goldens: Scan[] = [];
  const units: UnitScan[] = [];
  for (const camera of new Set(plan.sessions.map((s) => s.camera)))
    goldens.push({
      ...{ output: goldenOf(camera), pipeline: "good", scene },
      cookbook: await demoCookbook(plan, camera),
      seed: seedOf(random.fork("golden", camera)),
    });
  for (const session of plan.sessions) {
    const cookbook = await demoCookbook(plan, session.camera, session.defects);
    for (let unit = 1; unit <= session.units; unit++) {
      const own = random.fork(session.name, unit);
      const serial = `SN${String(unit).padStart(4, "0")}`;
      units.push({
        ...{ session, serial, cookbook, golden: goldenOf(session.camera) },
        output: path.join(root, RENDERS, session.name, serial),
        pipeline: "defect",
        scene: scattered(scene, components, session.scatter, own.fork("scatter")),
        seed: seedOf(own),
      });
    }
  }
  return { goldens, units };
}

/** A shift of less than this is neither a defect nor what a machine does: such parts give no rows. Millimetres, degrees. */
const LEAST_SHIFT = { millimetres: 0.15, degrees: 10 };

/** Paths of the components whose drawn shift is too small to be called a defect. */
export function slightShifts({ scene, cookbook, seed }: Scan): ReadonlySet<string> {
  const recipe = cookbook.recipes.defect;
  if (!recipe) return new Set();
  const order = Object.keys(recipe.config.defects ?? {});
  const { records } = poseSource(scene, recipe.config, order).prepare(new NumpyRandom(seed));
  const slight = records.filter(
    ({ defect, translate: [x, y] = [0, 0], rotate_z = 0 }) =>
      defect === "shift" &&
      Math.hypot(x, y) < LEAST_SHIFT.millimetres &&
      Math.abs(rotate_z) < LEAST_SHIFT.degrees,
  );
  return new Set(slight.map((record) => record.path));
}

function seedOf(random: ReturnType<typeof seeded>): number {
  return random.fork("scan").int(2 ** 31);
}
