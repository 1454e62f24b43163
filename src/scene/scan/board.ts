import { dataError } from "../../kit/errors.js";
import { boxOf, isEmpty, transformBox, unite } from "../box.js";
import { below } from "../lights/index.js";
import type { Box, Prim, Scene } from "../model.js";
import { walkPrims } from "../prims.js";

/** World box of the visible geometry at or below a prim: boxes of meshes, moved (extents, as stages cache them). */
export function worldBox(scene: Scene, path: string): Box {
  const meshes = new Map<number, Box>();
  const boxes = scene.parts
    .filter((part) => part.visible && below(part.path, path))
    .map((part) => {
      const known = meshes.get(part.mesh) ?? boxOf(scene.meshes[part.mesh]?.points ?? []);
      meshes.set(part.mesh, known);
      return transformBox(known, part.world);
    });
  return boxes.reduce((all, box) => unite(all, box), unite());
}

/** No board is larger, in metres; and none has a longest side below the smaller one. */
const LARGEST = 10;
const SMALLEST = 1e-4;

/** {@link worldBox} of the board. Throws `board_empty` when it shows no geometry, `board_absurd` for an absurd size. */
export function boardBox(scene: Scene, pcbaRoot: string): Box {
  const box = worldBox(scene, pcbaRoot);
  if (isEmpty(box))
    throw dataError(
      "board_empty",
      `nothing visible lies below ${pcbaRoot}`,
      "Set pcba_root to the prim that holds the board and its components.",
      { file: scene.file },
    );
  const side = Math.max(box.max[0] - box.min[0], box.max[1] - box.min[1]) * scene.metersPerUnit;
  if (!(side >= SMALLEST && side <= LARGEST))
    throw dataError(
      "board_absurd",
      `what lies below ${pcbaRoot} is ${Number((side * 1000).toPrecision(3))} mm long${farthest(scene, pcbaRoot, side)}`,
      `Correct metersPerUnit (${scene.metersPerUnit}), or the transform of what lies far away.`,
      { file: scene.file },
    );
  return box;
}

/** Of a board that is too large, the part that lies farthest out. */
function farthest(scene: Scene, pcbaRoot: string, side: number): string {
  if (side <= LARGEST) return "";
  const parts = scene.parts.filter((part) => part.visible && below(part.path, pcbaRoot));
  const reach = (part: (typeof parts)[number]) => Math.hypot(part.world[12] ?? 0, part.world[13] ?? 0);
  const [first, ...others] = parts;
  if (!first) return "";
  const far = others.reduce((most, part) => (reach(part) > reach(most) ? part : most), first);
  return `; farthest out is ${far.path}`;
}

/**
 * Prims that auto-framing may choose from (contract 1.3): instances, whose names begin with `tn__`, with any of the
 * texts in the name; else anything with a transform and such a name.
 */
export function framingCandidates(board: Prim, texts: readonly string[]): readonly Prim[] {
  const named = [...walkPrims(board)].filter((prim) => texts.some((text) => prim.name.includes(text)));
  const instances = named.filter((prim) => prim.name.startsWith("tn__") && hasTransform(prim));
  return instances.length > 0 ? instances : named.filter(hasTransform);
}

export function hasTransform(prim: Prim): boolean {
  return prim.type !== "Scope" && prim.type !== "" && prim.type !== "Material" && prim.type !== "Shader";
}
