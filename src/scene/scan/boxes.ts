import type { BOX_FIELDS } from "../box-table.js";
import type { Scene } from "../model.js";
import type { PaletteEntry } from "../semantics/index.js";
import type { Pose, View } from "../view.js";
import { pixelsAlone } from "./coverage.js";
import { shownIn, worldOf } from "./state.js";

/** A row of the box table; corners are inclusive pixel indices. */
export type BoxRow = Readonly<Record<(typeof BOX_FIELDS)[number]["name"], number>>;

/**
 * The box of every labelled mesh that shows at least one pixel, in scene order, with its prim path (contract 1.5).
 * `occlusionRatio` is the hidden share of the pixels that the mesh would show alone inside the picture: 0 when all of
 * it is seen.
 */
export function tightBoxes(o: {
  scene: Scene;
  ids: Uint32Array;
  entries: readonly (PaletteEntry | undefined)[];
  poses: ReadonlyMap<number, Pose>;
  view: View;
  width: number;
  height: number;
}): { rows: readonly BoxRow[]; paths: readonly string[] } {
  const { ids, entries, width, height, scene } = o;
  // A mesh with several materials is several parts of one path: one row.
  const groups = new Map<string, { entry: PaletteEntry; parts: number[]; box: number[]; seen: number }>();
  const groupOf: ({ box: number[]; seen: number } | undefined)[] = [undefined];
  scene.parts.forEach((part, index) => {
    const entry = entries[index];
    if (!entry) {
      groupOf.push(undefined);
      return;
    }
    const group = groups.get(part.path) ?? { entry, parts: [], box: [width, height, -1, -1], seen: 0 };
    groups.set(part.path, group);
    group.parts.push(index);
    groupOf.push(group);
  });
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const group = groupOf[ids[i] as number];
      if (!group) continue;
      const { box } = group;
      group.seen++;
      if (x < (box[0] as number)) box[0] = x;
      if (y < (box[1] as number)) box[1] = y;
      if (x > (box[2] as number)) box[2] = x;
      if (y > (box[3] as number)) box[3] = y;
    }
  const [world, shown] = [worldOf(scene, o.poses), shownIn(scene, o.poses)];
  const found = [...groups].filter(([, group]) => group.seen > 0);
  return {
    rows: found.map(([, { entry, parts, box, seen }]) => {
      const alone = pixelsAlone(scene, parts.filter(shown), world, o.view, width, height);
      const [x_min, y_min, x_max, y_max] = box as [number, number, number, number];
      const occlusionRatio = Math.min(1, Math.max(0, 1 - seen / Math.max(alone, seen)));
      return { semanticId: entry.id, x_min, y_min, x_max, y_max, occlusionRatio };
    }),
    paths: found.map(([path]) => path),
  };
}
