import { IDENTITY, multiply } from "../matrix.js";
import type { Box, Mat4, Part, Prim, Scene, TriangleMesh } from "../model.js";

/** For tests: a closed box of 12 triangles. */
export function boxMesh({ min, max }: Box): TriangleMesh {
  const points = new Float32Array(24);
  for (let i = 0; i < 8; i++)
    points.set([(i & 1 ? max : min)[0], (i & 2 ? max : min)[1], (i & 4 ? max : min)[2]], i * 3);
  const quads = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5];
  const triangles = new Uint32Array(36);
  for (let q = 0; q < 6; q++) {
    const [a, b, c, d] = quads.slice(q * 4, q * 4 + 4) as [number, number, number, number];
    triangles.set([a, b, c, a, c, d], q * 6);
  }
  return { points, triangles };
}

type Block = Readonly<{ path: string; local: Mat4; box: Box; parent?: Mat4 }>;

/** For tests: components `/…/<Scope>/<name>` of one box each, below a root that may be moved. */
export function blockScene(blocks: readonly Block[], o: { metersPerUnit?: number; root?: Mat4 } = {}): Scene {
  const root = o.root ?? IDENTITY;
  const prims = new Map<string, Prim & { children: Prim[] }>();
  const make = (path: string, type: string, local: Mat4, world: Mat4): Prim & { children: Prim[] } => {
    const known = prims.get(path);
    if (known) return known;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const prim = {
      ...{ path: path || "/", name, type, local, world, visible: true, purpose: "default", proxy: false },
      labels: {},
      children: [] as Prim[],
    };
    prims.set(path, prim);
    if (path !== "") {
      const above = path.slice(0, path.lastIndexOf("/"));
      make(above, above.split("/").length > 3 ? "Scope" : "Xform", IDENTITY, root).children.push(prim);
    }
    return prim;
  };
  const parts: Part[] = [];
  const meshes: TriangleMesh[] = [];
  for (const { path, local, box } of blocks) {
    const world = multiply(local, root);
    make(path, "Xform", local, world);
    make(`${path}/body`, "Mesh", IDENTITY, world);
    parts.push({ path: `${path}/body`, mesh: meshes.length, material: 0, world, labels: {}, visible: true });
    meshes.push(boxMesh(box));
  }
  return {
    ...{ file: "test.usda", metersPerUnit: o.metersPerUnit ?? 0.001, root: prims.get("")!, meshes, parts },
    ...{ textures: [], materials: [], lights: [], cameras: [], problems: [] },
  };
}
