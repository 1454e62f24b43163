import type { Problem } from "../../kit/errors.js";
import type { Random } from "../../kit/random.js";
import type { Board, Placement } from "../board/board.js";
import { localPads, type PackageSpec, recognise, STANDOFF, turnPads, variantsOf } from "../packages/index.js";
import { boolean, type PrimSpec, primName, quoted, target } from "../usda/index.js";
import { COPPER } from "./bare.js";
import type { Library } from "./library.js";
import { labelled, rotation, schemas, transform } from "./prims.js";

/** Semantic class of a whole component; solder joints carry `solder` themselves. */
const CLASSES: Readonly<Partial<Record<PackageSpec["family"], string>>> = {
  sot: "ic",
  soic: "ic",
  qfp: "ic",
  qfn: "ic",
  bga: "ic",
  tantalum: "capacitor",
  electrolytic: "capacitor",
  header: "connector",
  through_hole: "through_hole",
};

export type AssemblyOptions = Readonly<{
  random: Random;
  labels: boolean;
  /** Scales the scatter of placement; 0: every part exactly at its place. */
  scatter: number;
}>;

/**
 * The components, grouped by footprint: Scope `_<FOOTPRINT>` with one Xform `tn__<FOOTPRINT>_<n>_` for each
 * part (contract 2.2), n counting from 1 in the order of the board's list.
 */
export function assembly(
  board: Board,
  library: Library,
  o: AssemblyOptions,
): { prims: PrimSpec[]; problems: Problem[]; count: number } {
  const groups = new Map<string, PrimSpec[]>();
  const problems: Problem[] = [];
  let count = 0;
  for (const p of board.placements) {
    if (p.absent) continue;
    const found = recognise(p);
    problems.push(...found.problems);
    if (!found.spec) continue;
    const footprint = primName(p.footprint || found.spec.name).replace(/^_+/, "");
    const group = groups.get(footprint) ?? [];
    groups.set(footprint, group);
    group.push(instance(p, found.spec, footprint, group.length + 1, board, library, o));
    count++;
  }
  const prims = [...groups].map(
    ([name, children]): PrimSpec => ({ specifier: "def", type: "Scope", name: `_${name}`, children }),
  );
  return { prims, problems, count };
}

function instance(
  p: Placement,
  spec: PackageSpec,
  footprint: string,
  n: number,
  board: Board,
  library: Library,
  o: AssemblyOptions,
): PrimSpec {
  const random = o.random.fork("part", p.ref, n, footprint);
  const variant = random.int(variantsOf(spec));
  const model = library.use(
    {
      spec,
      pads: turnPads(localPads(p), spec.turn),
      ref: p.ref,
      value: p.value,
      variant,
      thickness: board.thickness + COPPER,
    },
    footprint,
  );
  const semantic = labelled(o.labels ? (CLASSES[spec.family] ?? spec.family) : undefined);
  return {
    specifier: "def",
    type: "Xform",
    name: `tn__${footprint}_${n}_`,
    metadata: schemas(semantic.schemas),
    properties: [
      ...transform(poseOf(p, spec, board, random, o.scatter)),
      ...semantic.properties,
      { type: "custom string", name: "reflow:ref", value: quoted(p.ref) },
      ...(p.value === "" ? [] : [{ type: "custom string", name: "reflow:value", value: quoted(p.value) }]),
    ],
    children: [
      {
        specifier: "def",
        type: "Xform",
        name: "LibRef",
        metadata: { instanceable: boolean(true), "prepend inherits": target(model) },
      },
    ],
  };
}

/** Where the part stands: its place, a small scatter as a machine leaves it (large parts less), its side. */
function poseOf(p: Placement, spec: PackageSpec, board: Board, random: Random, scatter: number): number[] {
  const size = Math.max(spec.body[0], spec.body[1]);
  const held = p.pads.some((pad) => pad.drill) ? 0 : scatter;
  const limit = (x: number): number => Math.max(-2, Math.min(2, x));
  const shift = held * 0.012;
  const dx = shift * limit(random.normal());
  const dy = shift * limit(random.normal());
  const turned = held * (0.6 / Math.max(1, size / 1.6)) * limit(random.normal());
  const z = COPPER + STANDOFF;
  if (p.side === "top") return rotation(p.rotation + spec.turn + turned, [p.at[0] + dx, p.at[1] + dy, z]);
  // Seen from below X runs the other way: turn in the part's own frame, then over about Y.
  const [c, s] = rotation(p.rotation + spec.turn + turned, [0, 0, 0]);
  return [-c, s, 0, 0, s, c, 0, 0, 0, 0, -1, 0, p.at[0] + dx, p.at[1] + dy, -board.thickness - z, 1];
}
