import type { Random } from "../kit/random.js";
import { type Design, makeDesign } from "./design.js";
import { drawFlaw, FLAWS, type Flaw, type FlawKind, POSSIBLE } from "./flaws.js";
import { GOLDEN, type Unit } from "./scene.js";

/** One picture set to draw: a site of a design, on one unit or on the golden board. */
export type Shot = Readonly<{
  design: number;
  site: number;
  /** Serial number of the unit, 0 for the golden board. */
  serial: number;
  unit: Unit;
  flaw?: Flaw;
}>;

/** One table of the demo: which designs, how many units of each, and how many defects of each type. */
export type DemoTable = Readonly<{
  role: "train" | "validation" | "kpi" | "pool";
  designs: readonly number[];
  sites: number;
  units: number;
  flaws: Readonly<Partial<Record<FlawKind, number>>>;
}>;

const each = (n: number) => Object.fromEntries(FLAWS.map((kind) => [kind, n])) as Record<FlawKind, number>;

/**
 * The seed table is weak on purpose: three types are common, two hardly there, three absent. The pool has all.
 * No design is in two tables.
 */
export const DEMO_TABLES: readonly DemoTable[] = [
  {
    role: "train",
    designs: [101, 102],
    sites: 20,
    units: 4,
    flaws: { missing: 10, shift: 8, excess_solder: 8, tombstone: 2, bridge: 1 },
  },
  { role: "validation", designs: [111], sites: 20, units: 4, flaws: each(3) },
  { role: "kpi", designs: [121, 122], sites: 24, units: 5, flaws: each(9) },
  { role: "pool", designs: [131, 132, 133], sites: 28, units: 6, flaws: each(18) },
];

/** The designs of the tables by number; drawn from the seed, so workers need not be sent them. */
export function makeDesigns(tables: readonly DemoTable[], random: Random): ReadonlyMap<number, Design> {
  return new Map(
    tables.flatMap((t) =>
      t.designs.map((n) => [n, makeDesign(random.fork("design", n), n, t.sites)] as const),
    ),
  );
}

/** The test shots of a table in the order of its rows. */
export function planTable(table: DemoTable, designs: ReadonlyMap<number, Design>, random: Random): Shot[] {
  const shots: { design: number; site: number; serial: number; unit: Unit; flaw?: Flaw }[] = [];
  for (const design of table.designs)
    for (let serial = 1; serial <= table.units; serial++)
      for (let site = 0; site < table.sites; site++)
        shots.push({ design, site, serial, unit: drawUnit(random.fork("unit", design, serial, site)) });
  const partOf = (s: Shot) => (designs.get(s.design) as Design).sites[s.site]?.part as keyof typeof POSSIBLE;
  const room = (kind: FlawKind) => shots.filter((s) => POSSIBLE[partOf(s)].includes(kind)).length;
  // The types with the fewest places choose first.
  const kinds = [...FLAWS].sort((a, b) => room(a) - room(b));
  for (const kind of kinds) {
    const free = random
      .fork("place", kind)
      .shuffle(shots.filter((s) => !s.flaw && POSSIBLE[partOf(s)].includes(kind)));
    free.slice(0, table.flaws[kind] ?? 0).forEach((shot, i) => {
      shot.flaw = drawFlaw(kind, random.fork("flaw", kind, i));
    });
  }
  return random.fork("order").shuffle(shots);
}

/** The golden shots of the designs of a table. */
export function planGoldens(table: DemoTable): Shot[] {
  return table.designs.flatMap((design) =>
    Array.from({ length: table.sites }, (_, site) => ({ design, site, serial: 0, unit: GOLDEN })),
  );
}

/** One to three pixels and up to about a degree off, other lamps, a little dirt on one unit of four. */
function drawUnit(random: Random): Unit {
  return {
    shift: random.range(0.6, 2.8),
    turn: Math.max(-0.02, Math.min(0.02, random.normal() * 0.009)),
    drift: random.range(0.5, 1.3),
    dirt: 0.25,
    spread: 1,
  };
}

/** Folder of a shot below the images folder. */
export function folderOf(shot: Shot, designs: ReadonlyMap<number, Design>): string {
  const { name } = designs.get(shot.design) as Design;
  return `${name}/TOP/${shot.serial === 0 ? "golden" : `SN${String(shot.serial).padStart(4, "0")}`}`;
}
