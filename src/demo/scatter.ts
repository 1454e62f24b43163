import type { Random } from "../kit/random.js";
import { about, multiply, rotation, translation } from "../scene/matrix.js";
import type { Prim, Scene } from "../scene/model.js";
import { movingParts } from "../scene/poses/index.js";
import { partsBelow } from "../scene/prims.js";

/** Largest displacement along X and Y, and largest turn, of a good part. */
export type Scatter = Readonly<{ millimetres: number; degrees: number }>;

/** The scene of one unit: every component stands a little off, its solder and its pads stay. Lengths of the scene are millimetres. */
export function scattered(
  scene: Scene,
  components: readonly Prim[],
  scatter: Scatter,
  random: Random,
): Scene {
  if (scatter.millimetres === 0 && scatter.degrees === 0) return scene;
  const owned = partsBelow(
    scene.parts,
    components.map(({ path }) => path),
  );
  const parts = [...scene.parts];
  for (const { path, world } of components) {
    const draw = random.fork(path);
    const off = () => Math.max(-1, Math.min(1, draw.normal() / 2));
    const pivot = [world[12], world[13], world[14]] as const;
    const motion = multiply(
      about(pivot, rotation(2, off() * scatter.degrees)),
      translation([off() * scatter.millimetres, off() * scatter.millimetres, 0]),
    );
    for (const index of movingParts(scene, owned.get(path) ?? [], "physical")) {
      const part = scene.parts[index];
      if (part) parts[index] = { ...part, world: multiply(part.world, motion) };
    }
  }
  return { ...scene, parts };
}
