import type { MaterialChanges } from "../materials/index.js";
import type { Mat4, Scene } from "../model.js";
import type { MaterialChange, Pose, Renderer } from "../view.js";
import type { ScanPlan } from "./types.js";

/** What a renderer currently shows: brought to each frame's wanted state, whatever was rendered before. */
export type RendererState = Readonly<{
  set: (poses: ReadonlyMap<number, Pose>, materials: MaterialChanges) => Promise<void>;
}>;

/**
 * Keeps a renderer in step with the plan. Parts and materials that any frame of the plan changes are always set as a
 * whole, so that a resumed run sees the same scene as one in a single go.
 */
export function rendererState(renderer: Renderer, plan: ScanPlan): RendererState {
  const { scene } = plan;
  const frames = plan.triggers.flatMap((t) => t.passes).flatMap((p) => p.frames);
  const touched = new Set(frames.flatMap((frame) => [...frame.materials.keys()]));
  let posed: ReadonlyMap<number, Pose> = new Map();
  let dressed: MaterialChanges | undefined;
  return {
    set: async (poses, materials) => {
      if (poses !== posed) {
        const changes = new Map<number, Pose>();
        for (const index of posed.keys()) changes.set(index, restored(scene, index));
        for (const [index, pose] of poses) changes.set(index, { ...restored(scene, index), ...pose });
        if (changes.size > 0) await renderer.pose(changes);
        posed = poses;
      }
      if (materials !== dressed && touched.size > 0)
        await renderer.material(
          new Map([...touched].map((i) => [i, { ...worn(scene, i), ...materials.get(i) }])),
        );
      dressed = materials;
    },
  };
}

/** Where a part stands under the poses of a frame. */
export function worldOf(scene: Scene, poses: ReadonlyMap<number, Pose>): (part: number) => Mat4 {
  return (part) => poses.get(part)?.world ?? (scene.parts[part]?.world as Mat4);
}

/** Whether a part is shown under the poses of a frame. */
export function shownIn(scene: Scene, poses: ReadonlyMap<number, Pose>): (part: number) => boolean {
  return (part) => poses.get(part)?.visible ?? scene.parts[part]?.visible ?? false;
}

function restored(scene: Scene, index: number): Pose {
  const part = scene.parts[index];
  return part ? { world: part.world, visible: part.visible } : {};
}

function worn(scene: Scene, index: number): MaterialChange {
  const material = scene.materials[index];
  if (!material) return {};
  const { color, metallic, roughness, specular, bumps } = material;
  return { color, metallic, roughness, specular, ...(bumps ? { bumps } : {}) };
}
