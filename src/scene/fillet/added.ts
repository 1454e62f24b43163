import { boxOf, transformBox, unite } from "../box.js";
import type { Box, Material, Part, Prim, Scene, TriangleMesh } from "../model.js";
import { isJoint } from "../poses/index.js";
import { partsBelow } from "../prims.js";
import type { Pose } from "../view.js";
import { type ContractFillet, contractFillet } from "./contract.js";
import { type FilletFit, type Seats, seatsOf } from "./seat.js";

/** The fillets of some frames. The same object: the same fillets. */
export type FilletDraw = Readonly<{ shape: ContractFillet; fit: FilletFit }>;

export type FilletedScene = Readonly<{
  scene: Scene;
  /** What to show for each draw; empty when there is but one, which is always shown. */
  shown: ReadonlyMap<FilletDraw, ReadonlyMap<number, Pose>>;
  /** Components among the given ones, each counted once. */
  counts: Readonly<{
    /** With fillets. */
    filleted: number;
    /** Without, because they do not stand at 0° or 90°. */
    turned: number;
    /** With fillets and visible joints of the scene's own. */
    doubled: number;
    /** Whose fillets do not touch them. */
    adrift: number;
  }>;
}>;

/**
 * Adds the sheets of contract 1.8 to the scene: two for every given component, `<component>/solder_fillet_L` and `_R`,
 * with the component's labels. They are set by where the components stand in the scene and stay there, whatever poses
 * change later. Parts keep their indices.
 */
export function withContractFillets(
  scene: Scene,
  o: Readonly<{
    components: readonly Prim[];
    draws: readonly FilletDraw[];
    material: Material;
    /** Whether a fillet in this world box will ever be seen. Default: all are. */
    seen?: (box: Box) => boolean;
  }>,
): FilletedScene {
  const meshes: TriangleMesh[] = [...scene.meshes];
  const parts: Part[] = [...scene.parts];
  const material = scene.materials.length;
  const millimetre = 0.001 / scene.metersPerUnit;
  const draws = [...new Set(o.draws)];
  const standing = componentBoxes(scene, o.components);
  const added = new Map<FilletDraw, number[]>();
  const flags = { filleted: new Set<Prim>(), turned: new Set<Prim>(), adrift: new Set<Prim>() };
  for (const draw of draws) {
    const mesh = contractFillet(draw.shape);
    const sheet = boxOf(mesh.points);
    const own: number[] = [];
    const place = (prim: Prim, seats: Seats): void => {
      for (const [name, world] of [
        ["L", seats.left],
        ["R", seats.right],
      ] as const) {
        if (!(o.seen?.(transformBox(sheet, world)) ?? true)) continue;
        own.push(parts.length);
        parts.push({
          path: `${prim.path}/solder_fillet_${name}`,
          ...{ mesh: meshes.length, material, world },
          labels: standing.get(prim)?.labels ?? {},
          visible: draws.length === 1,
        });
      }
    };
    for (const [prim, { box }] of standing) {
      const seats = seatsOf(prim.world, box, draw.shape, draw.fit, millimetre);
      if (!seats) flags.turned.add(prim);
      else {
        flags.filleted.add(prim);
        if (seats.adrift) flags.adrift.add(prim);
        place(prim, seats);
      }
    }
    meshes.push(mesh);
    added.set(draw, own);
  }
  const jointed = [...flags.filleted].filter((prim) => standing.get(prim)?.jointed);
  return {
    scene: { ...scene, meshes, parts, materials: [...scene.materials, o.material] },
    shown: draws.length === 1 ? new Map() : new Map([...added].map(([draw, own]) => [draw, visible(own)])),
    counts: {
      ...{ filleted: flags.filleted.size, turned: flags.turned.size },
      ...{ doubled: jointed.length, adrift: flags.adrift.size },
    },
  };
}

function visible(parts: readonly number[]): ReadonlyMap<number, Pose> {
  return new Map(parts.map((index) => [index, { visible: true }]));
}

type Standing = Readonly<{ box: Box; labels: Part["labels"]; jointed: boolean }>;

/** World boxes of what is visible of each component; components that show nothing are left out. */
function componentBoxes(scene: Scene, components: readonly Prim[]): ReadonlyMap<Prim, Standing> {
  const local = new Map<number, Box>();
  const boxOfPart = ({ mesh, world }: Part): Box => {
    const known = local.get(mesh) ?? boxOf(scene.meshes[mesh]!.points);
    local.set(mesh, known);
    return transformBox(known, world);
  };
  const owned = partsBelow(
    scene.parts,
    components.map((prim) => prim.path),
  );
  const out = new Map<Prim, Standing>();
  for (const prim of components) {
    const own = owned.get(prim.path)!.map((index) => scene.parts[index]!);
    const shown = own.filter((part) => part.visible);
    if (shown.length === 0) continue;
    out.set(prim, {
      box: unite(...shown.map(boxOfPart)),
      labels: prim.labels,
      jointed: shown.some((part) => isJoint(scene, part)),
    });
  }
  return out;
}
