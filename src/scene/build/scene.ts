import path from "node:path";
import type { Problem } from "../../kit/errors.js";
import { writeFileAtomic } from "../../kit/files.js";
import { seeded } from "../../kit/random.js";
import type { Board } from "../board/board.js";
import type { MaterialName } from "../packages/index.js";
import { extent } from "../shape/index.js";
import { double, type PrimSpec, primName, quoted, writeLayer, writePackage } from "../usda/index.js";
import { assembly } from "./assembly.js";
import { bareBoard } from "./bare.js";
import { cameraRig } from "./camera.js";
import { newLibrary } from "./library.js";
import { materialPrim, meshPrim, scope } from "./prims.js";

/**
 * Where components are looked for. Their paths have six named levels —
 * `/World/Board/Assembly/pcba_root/_<FOOTPRINT>/tn__<FOOTPRINT>_<n>_` — so that the first seven elements of a
 * mesh path split at "/" (the first is empty) are the component, as contract 3.5 counts.
 */
export const PCBA_ROOT = "/World/Board/Assembly/pcba_root";

export type SceneOptions = Readonly<{
  seed: number;
  /** Write semantic labels (`class`) into the file. Default true. */
  labels?: boolean;
  /** Write the small light rig below `aoi_ring_light` and a dome. Default true. */
  lights?: boolean;
  /** Scale of the placement scatter. Default 1. */
  scatter?: number;
}>;

export type BuiltScene = Readonly<{
  /** The root layer; it stands alone. */
  usda: string;
  components: number;
  problems: readonly Problem[];
}>;

/**
 * A stage in millimetres, +Z up, board coordinates unchanged, laminate top at z = 0. The same board, options
 * and seed give the same text.
 */
export function buildScene(board: Board, o: SceneOptions): BuiltScene {
  const labels = o.labels ?? true;
  const library = newLibrary(labels);
  const parts = assembly(board, library, {
    random: seeded(o.seed).fork("scene"),
    labels,
    scatter: o.scatter ?? 1,
  });
  const bare = bareBoard(board);
  const meshes = bare.map((b) =>
    meshPrim(b.name, b.mesh, b.material, { label: labels ? b.label : undefined }),
  );
  const used = new Set<MaterialName>([...bare.map((b) => b.material), ...library.materials()]);
  const [x0, y0, x1, y1] = extent(board.outline.outline);
  const root = scope("pcba_root", [scope("Bare_Board", meshes, "Xform"), ...parts.prims], "Xform");
  const world: PrimSpec = {
    specifier: "def",
    type: "Xform",
    name: "World",
    children: [
      scope("Looks", [...used].sort().map(materialPrim)),
      scope("Board", [scope("Assembly", [root], "Xform")], "Xform"),
      cameraRig([(x0 + x1) / 2, (y0 + y1) / 2], { lights: o.lights ?? true }),
    ],
  };
  const usda = writeLayer({
    metadata: {
      defaultPrim: quoted("World"),
      doc: quoted(`Board ${primName(board.name)}, built by Reflow, seed ${o.seed}`),
      metersPerUnit: double(0.001),
      upAxis: quoted("Z"),
    },
    prims: [world, library.prim()],
  });
  return { usda, components: parts.count, problems: parts.problems };
}

/** Writes a built scene as `.usda`, or as a `.usdz` package when the file's name ends so. */
export async function writeScene(scene: BuiltScene, file: string): Promise<void> {
  if (!file.toLowerCase().endsWith(".usdz")) return writeFileAtomic(file, scene.usda);
  const name = `${primName(path.basename(file, path.extname(file)))}.usda`;
  await writeFileAtomic(file, writePackage([{ name, bytes: new TextEncoder().encode(scene.usda) }]));
}
