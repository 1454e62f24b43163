import type { Pixels } from "../kit/images.js";
import type { Random } from "../kit/random.js";
import { at, type Canvas, type Frame, frame, makeCanvas } from "./canvas.js";
import { CROP, partOffset, type Site } from "./design.js";
import { type Flaw, type Hand, handFor } from "./flaws.js";
import {
  drawGap,
  drawMask,
  drawResidue,
  drawSilk,
  drawSpeck,
  drawThorn,
  drawTrack,
  drawVia,
} from "./ground.js";
import { drawCapture, LIGHTINGS, photograph } from "./light.js";
import { drawChip, drawPackage, drawPair } from "./parts.js";

/**
 * How a unit differs from the golden board without being bad: where the camera stands (pixels, radians), how far
 * the lamps have drifted, how dirty it is, and how unevenly it was made. The golden has next to none of it.
 */
export type Unit = Readonly<{ shift: number; turn: number; drift: number; dirt: number; spread: number }>;

export const GOLDEN: Unit = { shift: 0, turn: 0, drift: 0.2, dirt: 0, spread: 0.3 };

/** Draws one site of one unit and photographs it under every lighting. The same arguments give the same pixels. */
export function renderSite(
  site: Site,
  unit: Unit,
  flaw: Flaw | undefined,
  random: Random,
  noise: Float32Array,
): Pixels[] {
  const camera = random.fork("camera");
  const middle = (CROP - 1) / 2;
  const direction = camera.range(0, 2 * Math.PI);
  const view = frame(
    middle + unit.shift * Math.cos(direction),
    middle + unit.shift * Math.sin(direction),
    (site.turns * Math.PI) / 2 + unit.turn,
  );
  const canvas = makeCanvas(CROP);
  drawSite(canvas, view, site, flaw, { random, spread: unit.spread });
  const dirt = random.fork("dirt");
  const anywhere = () => at(view, dirt.range(-44, 44), dirt.range(-44, 44));
  if (dirt.chance(unit.dirt)) drawResidue(canvas, anywhere(), dirt);
  if (dirt.chance(unit.dirt)) drawSpeck(canvas, anywhere(), dirt);
  return LIGHTINGS.map((lighting) => {
    const capture = drawCapture(random.fork("capture", lighting), unit.drift);
    return photograph(canvas, lighting, capture, noise);
  });
}

function drawSite(canvas: Canvas, view: Frame, site: Site, flaw: Flaw | undefined, hand: Hand): void {
  drawMask(canvas, view, site.mask, hand.random.fork("mask"));
  for (const track of site.tracks) drawTrack(canvas, view, track, site.mask);
  drawTrackFlaw(canvas, view, site, flaw);
  for (const via of site.vias) drawVia(canvas, at(view, via.x, via.y), site.mask, via.tented);
  if (site.part !== "ic" && site.part !== "traces")
    drawSilk(canvas, view, site.silk.halfWidth, site.silk.halfHeight, site.designator, site.silk.text);
  const [u, v] = partOffset(site.part);
  const place = at(view, u, v);
  const own = handFor(hand, "part");
  const [first, second] = site.chips;
  if (site.package) drawPackage(canvas, place, site.package, flaw, own);
  else if (first && second) drawPair(canvas, place, [first, second], flaw, own);
  else if (first) drawChip(canvas, place, first, flaw, own);
}

/** A gap or a thorn on one of the tracks that cross the middle of the crop. */
function drawTrackFlaw(canvas: Canvas, view: Frame, site: Site, flaw: Flaw | undefined): void {
  if (flaw?.kind !== "open" && flaw?.kind !== "spur") return;
  const track = site.tracks[1 + (flaw.where % Math.max(1, site.tracks.length - 2))] ?? site.tracks[0];
  if (!track) return;
  // On the straight part before or after the bend, well inside the crop.
  const [start, bend] = [track.points[0], track.points[1]] as [
    readonly [number, number],
    readonly [number, number],
  ];
  const [later, end] = [track.points[2], track.points[3]] as [
    readonly [number, number],
    readonly [number, number],
  ];
  const before = bend[0] > -4;
  const x = before
    ? Math.max(-34, bend[0] - 12 - 14 * Math.abs(flaw.angle))
    : Math.min(34, later[0] + 10 + 14 * Math.abs(flaw.angle));
  const y = before ? start[1] : end[1];
  const spot = at(view, x, y);
  if (flaw.kind === "open") drawGap(canvas, spot, 6.5 + 6 * flaw.strength, track.width, site.mask);
  else {
    const reach = (track.width / 2 + 6 + 5 * flaw.strength) * flaw.side;
    drawThorn(canvas, spot, flaw.angle * 4, reach, 7.5 + 3 * flaw.strength, site.mask);
  }
}
