import type { Random } from "../kit/random.js";
import type { PartKind } from "./design.js";

/** The defect types of the demo, as their labels. */
export const FLAWS = [
  "missing",
  "shift",
  "tombstone",
  "bridge",
  "excess_solder",
  "insufficient_solder",
  "open",
  "spur",
] as const;
export type FlawKind = (typeof FLAWS)[number];

/** A defect to draw: `strength` from 0 (just bad) to 1 (plain to see), at one of the part's places. */
export type Flaw = Readonly<{
  kind: FlawKind;
  strength: number;
  /** +1 or −1: which end or direction. */
  side: 1 | -1;
  /** Number of the lead, gap or trace concerned, to be taken modulo what there is. */
  where: number;
  angle: number;
}>;

const CHIP: readonly FlawKind[] = ["missing", "shift", "tombstone", "excess_solder", "insufficient_solder"];

/** Which defects a part can have. */
export const POSSIBLE: Readonly<Record<PartKind, readonly FlawKind[]>> = {
  resistor: CHIP,
  capacitor: CHIP,
  led: CHIP,
  tantalum: ["missing", "shift", "excess_solder", "insufficient_solder"],
  pair: [...CHIP, "bridge"],
  transistor: ["missing", "shift", "bridge", "excess_solder", "insufficient_solder"],
  ic: ["shift", "bridge", "excess_solder", "insufficient_solder"],
  traces: ["open", "spur"],
};

export function drawFlaw(kind: FlawKind, random: Random): Flaw {
  return {
    kind,
    strength: random.float(),
    side: random.chance(0.5) ? 1 : -1,
    where: random.int(12),
    angle: random.range(-1, 1),
  };
}

/** The hand that made a unit: its randomness, and how far from perfect it works (1 usual, less for the golden board). */
export type Hand = Readonly<{ random: Random; spread: number }>;

/** The same hand for one part of its work. */
export function handFor(hand: Hand, ...name: readonly (string | number)[]): Hand {
  return { ...hand, random: hand.random.fork(...name) };
}

/** How a chip sits: offset in pixels, turn in radians, and the lift of one end. */
export type Seat = Readonly<{
  du: number;
  dv: number;
  turn: number;
  lift: number;
  gone: boolean;
  standing: number;
}>;

/** Every placement is a little off; a flaw makes it wrong. */
export function seatOf(flaw: Flaw | undefined, { random, spread }: Hand, scale: number): Seat {
  // A good machine places within tolerance.
  const slightly = () => Math.max(-1.5, Math.min(1.5, random.normal()));
  const seat = {
    du: slightly() * 0.5 * spread,
    dv: slightly() * 0.5 * spread,
    turn: slightly() * 0.01 * spread,
    lift: 0,
    gone: false,
    standing: 0,
  };
  const strength = flaw?.strength ?? 0;
  const side = flaw?.side ?? 1;
  switch (flaw?.kind) {
    case "missing":
      return { ...seat, gone: true };
    case "shift":
      return {
        ...seat,
        du: seat.du + side * strength * 3 * flaw.angle * scale,
        dv: seat.dv + side * (5.5 + 4.5 * strength) * scale,
        turn: seat.turn + flaw.angle * (0.1 + 0.22 * strength),
      };
    case "tombstone":
      return { ...seat, standing: side * (0.45 + 0.55 * strength), turn: seat.turn + flaw.angle * 0.08 };
    default:
      return seat;
  }
}

/** How much solder lies on an end or lead: about 1, far from it where the flaw says so. */
export function solderVolume(flaw: Flaw | undefined, concerned: boolean, { random, spread }: Hand): number {
  const usual = Math.max(0.76, Math.min(1.24, 1 + random.normal() * 0.08 * spread));
  if (!concerned) return usual;
  if (flaw?.kind === "excess_solder") return 2.3 + 0.9 * flaw.strength;
  if (flaw?.kind === "insufficient_solder") return 0.08 * (1 - flaw.strength);
  return usual;
}
