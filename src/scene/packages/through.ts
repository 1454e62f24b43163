import { revolve, roundedBox, stack } from "../shape/solids.js";
import { place, type Surface } from "../shape/surface.js";
import { joint } from "./joint.js";
import { gullWing, gullWingWalls, placeLead } from "./lead.js";
import { icMarks, sideOf } from "./leaded.js";
import { mark } from "./mark.js";
import type { ModelInput, ModelPart } from "./model.js";
import { MOULDS, part, varied } from "./parts.js";
import { holesExtent, solderCones, throughPins } from "./pins.js";
import { wired } from "./wired.js";

/** Wired parts: two rows of holes make a dual in-line package, two holes a radial can, one row a flat body. */
export function throughHole(input: ModelInput): ModelPart[] {
  const own = wired(input);
  if (own) return own;
  const [x0, y0, x1, y1] = holesExtent(input.pads);
  const drilled = input.pads.filter((p) => p.drill);
  const rows = new Set(drilled.map((p) => Math.round((p.drill?.at[0] ?? 0) * 4))).size;
  if (drilled.length >= 6 && rows === 2 && y1 > y0) return dualInLine(input, x1 - x0, y1 - y0);
  if (drilled.length === 2) return radialCan(input, (x0 + x1) / 2, (y0 + y1) / 2);
  const { spec, variant } = input;
  const body = roundedBox(
    [(x0 + x1) / 2, (y0 + y1) / 2],
    [Math.max(x1 - x0, 0) + 2.4, Math.max(y1 - y0, 0) + 2.4],
    0.3,
    Math.max(spec.body[2], 3),
    0.3,
  );
  return [
    part(body, varied(MOULDS, variant), "body"),
    ...throughPins(input, 0.4, 0.6),
    ...solderCones(input),
  ];
}

function dualInLine(input: ModelInput, pitch: number, length: number): ModelPart[] {
  const w = pitch - 1.3;
  const l = length + 2.2;
  const [z0, z1] = [0.5, 3.8];
  const middle = (z0 + z1) / 2;
  const level = (z: number, inset: number) => ({ z, x: w / 2 - inset, y: l / 2 - inset, r: 0.1 });
  const body = stack([level(z0, 0.15), level(middle, 0), level(z1 - 0.05, 0.15), level(z1, 0.2)]);
  const shoulders = input.pads.flatMap((p): Surface[] => {
    if (!p.drill) return [];
    const side = p.drill.at[0] >= 0 ? 1 : -1;
    const arm = roundedBox(
      [side * (w / 2 + 0.25), p.drill.at[1]],
      [0.8, 1.3],
      middle - 0.12,
      middle + 0.12,
      0.03,
    );
    const drop = roundedBox([side * (pitch / 2), p.drill.at[1]], [0.25, 1.3], 0.7, middle + 0.12, 0.03);
    return [arm, drop];
  });
  const notch = place(roundedBox([0, 0], [0.8, 1.6], z1, z1 + 0.005, 0.004), [0, l / 2 - 0.9, 0]);
  return [
    part(body, varied(MOULDS, input.variant), "body"),
    part(notch, "print_black", "mark"),
    part(shoulders, "tin_plating_lead", "lead"),
    ...icMarks({ ...input, spec: { ...input.spec, body: [w * 0.85, l * 0.85, z1] } }, z1),
    ...throughPins(input, middle, 0.5),
    ...solderCones(input),
  ];
}

/** An upright can with a sleeve: the usual radial electrolytic; its top shows the vent cross. */
function radialCan(input: ModelInput, x: number, y: number): ModelPart[] {
  const { spec } = input;
  const d = Math.max(spec.body[0], spec.body[1], 4);
  const h = Math.max(spec.body[2], d * 1.2);
  const r = d / 2;
  const at = [x, y] as const;
  const can = revolve(
    [
      [r * 0.93, 0.25],
      [r, 0.45],
      [r, h - 0.3],
      [r * 0.96, h - 0.06],
      [r * 0.86, h - 0.05],
    ],
    at,
    40,
  );
  const top = revolve(
    [
      [r * 0.87, h - 0.2],
      [r * 0.86, h - 0.02],
      [r * 0.82, h - 0.035],
    ],
    at,
    40,
  );
  const vent = [
    { text: "-", height: d * 0.9, at, weight: 0.025 },
    { text: "-", height: d * 0.9, at, rotation: 90, weight: 0.025 },
  ];
  return [
    part(can, "mould_black_2", "body", 35),
    part(top, "aluminium", "body", 35),
    ...mark(vent, [], h - 0.034, "print_dark"),
    ...throughPins(input, 0.5, 0.6),
    ...solderCones(input),
  ];
}

/** Tactile switch: steel frame, round plunger, four legs. */
export function button(input: ModelInput): ModelPart[] {
  const { spec, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const frame = Math.min(h * 0.72, h - 0.6);
  const r = 0.29 * Math.min(bx, by);
  const studs = [-1, 1].flatMap((i) =>
    [-1, 1].map((k) =>
      revolve(
        [
          [0.32, frame],
          [0.32, frame + 0.1],
          [0.2, frame + 0.16],
        ],
        [i * bx * 0.37, k * by * 0.37],
        12,
      ),
    ),
  );
  const plunger = revolve(
    [
      [r, frame - 0.2],
      [r, h - 0.12],
      [r * 0.95, h - 0.03],
      [r * 0.85, h],
    ],
    [0, 0],
    28,
  );
  const legs: Surface[] = [];
  const joints: ModelPart[] = [];
  pads
    .filter((p) => !p.drill)
    .forEach((pad, index) => {
      const outward = sideOf(pad, [bx / 2, by / 2]);
      const along = outward % 180 === 0;
      const from = (along ? bx : by) / 2;
      const middle = Math.abs(along ? pad.at[0] : pad.at[1]);
      const [length, breadth] = along ? pad.size : [pad.size[1], pad.size[0]];
      const wing = {
        from,
        exit: 0.55,
        heel: Math.max(from + 0.25, middle - length * 0.25),
        toe: middle + length * 0.22,
        width: breadth * 0.6,
        thickness: 0.2,
        coarse: false,
      };
      const spot = along ? ([0, pad.at[1]] as const) : ([pad.at[0], 0] as const);
      legs.push(placeLead(gullWing(wing), spot, outward));
      joints.push(joint(pad, outward, gullWingWalls(wing, spot, outward), { variant, index, cells: 3 }));
    });
  return [
    part(roundedBox([0, 0], [bx, by], 0.05, frame * 0.9, 0.15), "plastic_black", "body"),
    part(roundedBox([0, 0], [bx * 0.98, by * 0.98], frame * 0.9 - 0.02, frame, 0.06), "shell_metal", "body"),
    part(studs, "plastic_black", "body"),
    part(plunger, variant % 2 === 0 ? "plastic_black" : "plastic_red", "body"),
    ...(legs.length > 0 ? [part(legs, "tin_plating_lead", "lead")] : []),
    ...joints,
    ...throughPins(input, 0.4, 0.7),
    ...solderCones(input),
  ];
}
