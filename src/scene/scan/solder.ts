import { type DefectScene, withDefectFillets } from "../fillet/index.js";
import type { Box, Scene } from "../model.js";
import type { PosePlan } from "../poses/index.js";
import type { View } from "../view.js";

/** The scene with the solder joints of all defects that will be seen, and the changes of each plan. */
export function withSolder(
  scene: Scene,
  plans: readonly PosePlan[],
  seen: (box: Box) => boolean,
): Readonly<{ scene: Scene; changesOf: (plan: PosePlan) => DefectScene["changes"][number] }> {
  if (plans.length === 0) return { scene, changesOf: (plan) => plan.changes };
  const made = withDefectFillets(scene, plans, { seen });
  return { scene: made.scene, changesOf: (plan) => made.changes[plans.indexOf(plan)] ?? plan.changes };
}

/** Whether some view may show solder in a world box. */
export function seenBy(views: readonly View[]): (box: Box) => boolean {
  // Parts that stand up reach into a picture from beside it, their joints do not: tilts and shifts are small.
  const windows = views.map((view) => {
    const reach = Math.hypot(view.width, view.height) / 2;
    return { at: view.position, reach: view.projection === "orthographic" ? reach * 1.2 : Infinity };
  });
  return (box) =>
    windows.some(({ at, reach }) =>
      ([0, 1] as const).every((k) => box.max[k] > at[k] - reach && box.min[k] < at[k] + reach),
    );
}
