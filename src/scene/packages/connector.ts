import { regionFilm, walls } from "../shape/film.js";
import { rectangle } from "../shape/outlines.js";
import { minus, polygonsOf, regionOf } from "../shape/region.js";
import { roundedBox, strip } from "../shape/solids.js";
import { merge, place, type Surface } from "../shape/surface.js";
import { joint, outwardOf } from "./joint.js";
import type { LocalPad, ModelInput, ModelPart } from "./model.js";
import { STANDOFF } from "./model.js";
import { part } from "./parts.js";
import { holesExtent, solderCones, squarePin, throughPins } from "./pins.js";

/** Pin header: one plastic block around each row of holes, notched between pins, and square gold pins. */
export function header(input: ModelInput): ModelPart[] {
  const { pads, spec, thickness } = input;
  const drilled = pads.filter((p) => p.drill);
  if (drilled.length === 0) return surfaceConnector(input);
  const height = 2.54;
  const blocks = drilled.map((p) => {
    const at = p.drill?.at ?? p.at;
    return roundedBox(at, [2.5, 2.5], 0, height, 0.42, { segments: 1 });
  });
  const pins = drilled.map((p) =>
    squarePin(p.drill?.at ?? p.at, 0.64, -STANDOFF - thickness - 1.4, Math.max(spec.body[2], height + 3)),
  );
  return [part(blocks, "plastic_black", "body"), part(pins, "contact_gold", "lead"), ...solderCones(input)];
}

/** Board-to-wire and USB-like connectors. */
export function connector(input: ModelInput): ModelPart[] {
  return input.spec.style === "usb" ? usb(input) : surfaceConnector(input);
}

/** A cream housing, open on top, with contacts inside; leads to surface pads or through holes. */
function surfaceConnector(input: ModelInput): ModelPart[] {
  const { spec, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const drilled = pads.some((p) => p.drill);
  const [x0, y0, x1, y1] = holesExtent(pads);
  const at: readonly [number, number] = drilled ? [(x0 + x1) / 2, (y0 + y1) / 2] : [0, 0];
  const size: readonly [number, number] = [bx, by];
  const wall = Math.min(0.7, 0.18 * Math.min(bx, by));
  const housing = tray(at, size, h, wall, 0.28 * h);
  const signal = pads.filter((p) => !p.drill);
  const many = Math.max(1, signal.length);
  const leads: Surface[] = [];
  const joints = signal.map((pad, index) => {
    const outward = outwardOf(pad.at, [bx / 2, by / 2]);
    const along = outward % 180 === 0;
    const edge = along ? bx / 2 : by / 2;
    const middle = Math.abs(along ? pad.at[0] : pad.at[1]);
    const [length, breadth] = along ? pad.size : [pad.size[1], pad.size[0]];
    const toe = Math.max(middle + length * 0.25, 0.3);
    const heel = Math.min(edge - 0.3, middle - length * 0.4);
    const width = breadth * 0.62;
    const spot = along ? ([0, pad.at[1], 0] as const) : ([pad.at[0], 0, 0] as const);
    leads.push(
      place(
        strip(
          [
            [heel, 0.12],
            [toe, 0.12],
          ],
          width,
          0.24,
          0.04,
        ),
        spot,
        outward,
      ),
    );
    const foot = place(
      {
        points: rectangle([(heel + toe) / 2, 0], toe - heel, width).map(([x, y]) => [x, y, 0]),
        triangles: [],
      },
      spot,
      outward,
    );
    const outline = foot.points.map((p) => [p[0], p[1]] as const);
    return joint(pad, outward, [{ outline, height: 0.26 }], { variant, index, cells: many > 20 ? 2 : 3 });
  });
  const contacts = pads.map((p) => {
    const [px, py] = p.drill?.at ?? p.at;
    const inside: readonly [number, number] = [
      Math.max(at[0] - bx / 2 + wall * 1.6, Math.min(at[0] + bx / 2 - wall * 1.6, px)),
      Math.max(at[1] - by / 2 + wall * 1.6, Math.min(at[1] + by / 2 - wall * 1.6, py)),
    ];
    return squarePin(inside, Math.min(0.6, 0.4 * Math.min(bx, by)), 0.2 * h, 0.8 * h);
  });
  return [
    part(housing, variant % 2 === 0 ? "plastic_cream" : "plastic_white", "body"),
    ...(contacts.length > 0 ? [part(contacts, "contact_gold", "body")] : []),
    ...(leads.length > 0 ? [part(leads, "tin_plating_lead", "lead")] : []),
    ...throughPins(input, 0.4, 0.6),
    ...joints,
    ...solderCones(input),
  ];
}

/** A box with a rectangular well. */
function tray(
  at: readonly [number, number],
  size: readonly [number, number],
  h: number,
  wall: number,
  floor: number,
): Surface {
  const outer = regionOf([{ outline: rectangle(at, size[0], size[1], 0.2, 2), holes: [] }]);
  const well = regionOf([
    { outline: rectangle(at, size[0] - 2 * wall, size[1] - 2 * wall, 0.1, 2), holes: [] },
  ]);
  const rim = polygonsOf(minus(outer, well));
  return merge([
    regionFilm(minus(outer, well), h),
    walls(rim, (p) => (onBorder(p, at, size) ? 0 : floor), h),
    regionFilm(well, floor),
    flipDown(outer),
  ]);
}

function onBorder(
  p: readonly number[],
  at: readonly [number, number],
  size: readonly [number, number],
): boolean {
  const dx = Math.abs(p[0] - at[0]) - size[0] / 2;
  const dy = Math.abs(p[1] - at[1]) - size[1] / 2;
  return Math.max(dx, dy) > -0.075;
}

function flipDown(region: ReturnType<typeof regionOf>): Surface {
  const s = regionFilm(region, 0);
  return place({ points: s.points, triangles: reverse(s.triangles) }, [0, 0, 0]);
}

function reverse(t: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < t.length; i += 3) out.push(t[i], t[i + 2], t[i + 1]);
  return out;
}

/** A drawn metal shell with two spring windows in its lid, contacts and tongue at the open end (−Y). */
function usb(input: ModelInput): ModelPart[] {
  const { spec, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const signal = pads.filter((p) => !p.drill);
  const windows = [-0.24, 0.24].map((f) =>
    roundedBox([f * bx, by * 0.12], [bx * 0.1, by * 0.3], h, h + 0.012, 0.01),
  );
  const leads = signal.map((p) => roundedBox(p.at, [p.size[0] * 0.6, p.size[1] * 0.8], 0, 0.16, 0.03));
  return [
    part(roundedBox([0, 0], [bx, by], 0.05, h, 0.55, { segments: 4 }), "shell_metal", "body"),
    part(windows, "plastic_black", "mark"),
    part(roundedBox([0, -by / 2 - 0.02], [bx * 0.7, 0.3], h * 0.42, h * 0.62, 0.04), "plastic_black", "body"),
    ...(leads.length > 0 ? [part(leads, "tin_plating_lead", "lead")] : []),
    ...signal.map((p: LocalPad, index) =>
      joint(
        p,
        outwardOf(p.at, [bx, by]),
        [{ outline: rectangle(p.at, p.size[0] * 0.6, p.size[1] * 0.8), height: 0.17 }],
        {
          variant,
          index,
          cells: 2,
        },
      ),
    ),
    ...throughPins(input, 0.5, 1),
    ...solderCones(input),
  ];
}
