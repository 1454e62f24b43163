import { at, box, type Canvas, disc, type Frame, paint, type Rgb, shade, tint } from "./canvas.js";
import { type Flaw, type Hand, handFor, type Seat, seatOf, solderVolume } from "./flaws.js";
import { drawText } from "./font.js";
import { CERAMIC, EPOXY, LED_BODY, PRINT, TIN } from "./materials.js";
import { drawJoint, drawStrand, drawWobble, rise } from "./solder.js";

/** Sizes of a two-terminal part in pixels. */
export type ChipSize = Readonly<{ length: number; width: number; height: number; end: number }>;

/** How a two-terminal part looks. */
export type ChipLook = Readonly<{
  size: ChipSize;
  body: Rgb;
  text: string;
  /** A band at one end, as diodes and tantalum capacitors have. */
  band?: Rgb;
  /** A light-emitting diode: a round lens. */
  lens?: boolean;
}>;

/** Draws pads, solder and body of a two-terminal part lying along u. */
export function drawChip(
  canvas: Canvas,
  place: Frame,
  look: ChipLook,
  flaw: Flaw | undefined,
  hand: Hand,
): void {
  const { length, width, height } = look.size;
  const padLength = length * 0.21 + 3;
  const padAt = length / 2 + padLength * 0.28;
  const seat = seatOf(flaw, handFor(hand, "seat"), width > 20 ? 1 : 0.7);
  for (const side of [1, -1] as const) {
    const concerned = flaw?.side === side || (flaw?.kind === "excess_solder" && flaw.strength > 0.6);
    const end = at(place, side * padAt, 0, side > 0 ? 0 : Math.PI);
    const left = seat.gone || seat.standing * side < 0;
    drawJoint(canvas, end, {
      halfWidth: padLength,
      halfHeight: width / 2 + 1.5,
      volume: solderVolume(flaw, concerned, handFor(hand, "solder", side)),
      wobble: drawWobble(handFor(hand, "wobble", side)),
      climb: height,
      // Local u of the pad points away from the part; a shifted part leaves one end and covers the other.
      ...(!left && { partEnd: length / 2 - padAt + seat.du * side - 1.5 }),
    });
  }
  if (!seat.gone) drawChipBody(canvas, place, look, seat);
}

function drawChipBody(canvas: Canvas, place: Frame, look: ChipLook, seat: Seat): void {
  const { width, height, end } = look.size;
  const upright = Math.abs(seat.standing);
  const side = Math.sign(seat.standing) || 1;
  // Seen from above a standing part is as short as it is tilted, and keeps the place of the end it stands on.
  const length = look.size.length * (1 - 0.62 * upright);
  const shift = seat.du + side * (look.size.length - length) * 0.5 * (upright > 0 ? 1 : 0);
  const body = at(place, shift, seat.dv, seat.turn);
  const tall = height * (1 + 1.2 * upright);
  shade(canvas, at(body, 1.5, 2), box(length / 2 + 1 + 3 * upright, width / 2 + 1 + 2 * upright, 3), 0.5, 6);
  const outline = box(length / 2, width / 2, 1.5);
  const top = (d: number, u: number) => (tall + upright * side * -0.35 * u) * (0.4 + 0.6 * rise(d, 0.7));
  paint(canvas, body, outline, (s, u, _v, d) => {
    tint(s, d > -1.4 ? mix(look.body, CERAMIC, 0.25) : look.body);
    s.height = top(d, u);
  });
  const ends = upright > 0.8 ? [-side] : [1, -1];
  for (const which of ends) {
    const cap = upright > 0.2 && which === -side ? end * (1 + 1.1 * upright) : end * (1 - 0.5 * upright);
    const at0 = (which * (length - cap)) / 2;
    paint(canvas, at(body, at0, 0), box(cap / 2, width / 2 + 0.4, 1.6), (s, u, v) => {
      tint(s, TIN, 0.9);
      // Flat on top, and a little bowed as plated ends are.
      const bow = 0.9 * (1 - (v / (width / 2)) ** 2) - 0.012 * u * u;
      s.height = top(Math.min(0, outline.distance(u + at0, v)), u + at0) + bow;
    });
  }
  if (upright > 0.5) return;
  if (look.band) {
    const band = look.band;
    paint(canvas, at(body, -length / 2 + end + 3.5, 0), box(2.5, width / 2 - 1), (s) => tint(s, band));
  }
  if (look.lens)
    paint(canvas, body, disc(width * 0.36), (s, _u, _v, d) => {
      tint(s, mix(LED_BODY, [0.75, 0.66, 0.18], 0.6));
      s.height = tall + 3 * rise(d, 4);
    });
  if (look.text) drawText(canvas, body, look.text, width > 20 ? 1.75 : 1.2, PRINT, 0.85 * (1 - upright));
}

/** Two small chips side by side; solder may join their neighbouring pads. */
export function drawPair(
  canvas: Canvas,
  place: Frame,
  looks: readonly [ChipLook, ChipLook],
  flaw: Flaw | undefined,
  hand: Hand,
): void {
  const gap = looks[0].size.width / 2 + 9;
  const hit = (flaw?.where ?? 0) % 2;
  looks.forEach((look, i) => {
    const own = flaw && flaw.kind !== "bridge" && hit === i ? flaw : undefined;
    drawChip(canvas, at(place, 0, i === 0 ? -gap : gap), look, own, handFor(hand, "chip", i));
  });
  if (flaw?.kind !== "bridge") return;
  const padAt = looks[0].size.length / 2 + 5;
  const half = gap - looks[0].size.width / 2 + 1;
  drawStrand(
    canvas,
    at(place, flaw.side * padAt + flaw.angle * 2, -half),
    flaw.angle * 2,
    half * 2,
    4.5 + 4.5 * flaw.strength,
  );
}

/** Leads along an edge of a moulded body: their places along u, and the way they point (+v or −v). */
export type Leads = readonly Readonly<{ u: number; v: number; out: 1 | -1 }>[];

export type PackageLook = Readonly<{
  halfWidth: number;
  halfHeight: number;
  height: number;
  lead: Readonly<{ width: number; length: number }>;
  leads: Leads;
  text: readonly string[];
  dot?: Readonly<{ u: number; v: number }>;
}>;

/** Draws a moulded package: pads, leads with their joints, body, marking. */
export function drawPackage(
  canvas: Canvas,
  place: Frame,
  look: PackageLook,
  flaw: Flaw | undefined,
  hand: Hand,
): void {
  const seat = seatOf(flaw, handFor(hand, "seat"), 0.8);
  // A package is pushed along its row of leads: then each stands between two pads.
  const along = flaw?.kind === "shift" ? seat.dv : seat.du;
  const across = flaw?.kind === "shift" ? seat.du : seat.dv;
  const body = at(place, along, across, seat.turn * (flaw?.kind === "shift" ? 0.25 : 1));
  const hit = (flaw?.where ?? 0) % look.leads.length;
  const { width, length } = look.lead;

  look.leads.forEach((lead, i) => {
    const pad = at(
      place,
      lead.u,
      lead.v + lead.out * length * 0.62,
      lead.out > 0 ? Math.PI / 2 : -Math.PI / 2,
    );
    drawJoint(canvas, pad, {
      halfWidth: length * 0.62,
      halfHeight: width / 2 + 1.6,
      volume: solderVolume(flaw, i === hit, handFor(hand, "solder", i)),
      wobble: drawWobble(handFor(hand, "wobble", i)),
      climb: 4,
      ...(!seat.gone && { partEnd: length * 0.1 }),
    });
  });
  if (flaw?.kind === "bridge") drawBridge(canvas, place, look, hit, flaw);
  if (seat.gone) return;
  for (const lead of look.leads) {
    const foot = at(body, lead.u, lead.v + lead.out * length * 0.42);
    shade(canvas, at(foot, 1, 1), box(width / 2 + 1, length * 0.42), 0.3, 3);
    paint(canvas, foot, box(width / 2, length * 0.46, 0.8), (s, _u, v, d) => {
      const out = v * lead.out;
      tint(s, TIN, 0.92);
      // The gull wing: high at the body, down along a slope, flat at the foot.
      const fall = Math.max(0, Math.min(1, (out + length * 0.3) / (length * 0.35)));
      s.height = (3 + (look.height * 0.55 - 3) * (1 - fall)) * (0.6 + 0.4 * rise(d, 0.8));
    });
  }
  shade(canvas, at(body, 1.5, 2), box(look.halfWidth + 1, look.halfHeight + 1, 2), 0.5, 6);
  paint(canvas, body, box(look.halfWidth, look.halfHeight, 1), (s, _u, _v, d) => {
    tint(s, EPOXY);
    s.height = look.height * rise(d, 1.8);
  });
  look.text.forEach((line, i) => {
    const v = (i - (look.text.length - 1) / 2) * 13;
    drawText(canvas, at(body, 0, v), line, 1.55, PRINT, 0.62);
  });
  if (look.dot)
    paint(canvas, at(body, look.dot.u, look.dot.v), disc(2.8), (s, _u, _v, d) => {
      s.height -= 1.2 * rise(d, 1);
      tint(s, [0.06, 0.06, 0.065]);
    });
}

/** Joins a lead with its nearest neighbour on the same side; a lone lead has none, so the next one is taken. */
function drawBridge(canvas: Canvas, place: Frame, look: PackageLook, hit: number, flaw: Flaw): void {
  const neighbours = (l: Leads[number]) => look.leads.filter((o) => o !== l && o.out === l.out);
  const able = look.leads.filter((l) => neighbours(l).length > 0);
  const one = able[hit % able.length];
  if (!one) return;
  const [other] = neighbours(one).sort((a, b) => Math.abs(a.u - one.u) - Math.abs(b.u - one.u));
  if (!other) return;
  const v = one.v + one.out * look.lead.length * (0.62 + 0.28 * flaw.strength * flaw.side);
  drawStrand(canvas, at(place, one.u, v), other.u - one.u, flaw.angle * 1.5, 4.5 + 4.5 * flaw.strength);
}

function mix(a: Rgb, b: Rgb, t: number): Rgb {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}
