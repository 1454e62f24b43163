import { rectangle } from "../shape/outlines.js";
import { revolve, roundedBox } from "../shape/solids.js";
import { place, type Surface } from "../shape/surface.js";
import { joint } from "./joint.js";
import { exposedJoints, icMarks, isExposed, sideOf } from "./leaded.js";
import { type ModelInput, type ModelPart, STANDOFF } from "./model.js";
import { MOULDS, part, varied } from "./parts.js";

/** Sawn plastic packages with lands under their edge: QFN, DFN, LGA. The lands' ends show on the sides. */
export function leadless(input: ModelInput): ModelPart[] {
  const { spec, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const half: readonly [number, number] = [bx / 2, by / 2];
  const outer = pads.filter((p) => !isExposed(p, half));
  const lands: Surface[] = [];
  const joints = outer.map((pad, index) => {
    const outward = sideOf(pad, half);
    const along = outward % 180 === 0;
    const edge = along ? half[0] : half[1];
    const width = (along ? pad.size[1] : pad.size[0]) * 0.9;
    const inner = Math.min(
      edge - 0.2,
      Math.abs(along ? pad.at[0] : pad.at[1]) - (along ? pad.size[0] : pad.size[1]) / 2,
    );
    const land = roundedBox(
      [(edge + inner) / 2 + 0.004, 0],
      [edge - inner + 0.008, width],
      0,
      0.2 * Math.min(1, h),
      0.01,
      {
        segments: 1,
      },
    );
    lands.push(place(land, along ? [0, pad.at[1], 0] : [pad.at[0], 0, 0], outward));
    const length = edge - inner;
    const at: readonly [number, number] = [(edge + inner) / 2, 0];
    const box = rectangle(at, length, width).map(([x, y]) => {
      const p = place(
        { points: [[x, y, 0]], triangles: [] },
        along ? [0, pad.at[1], 0] : [pad.at[0], 0, 0],
        outward,
      );
      return [p.points[0][0], p.points[0][1]] as const;
    });
    return joint(pad, outward, [{ outline: box, height: 0.16 }], {
      variant,
      index,
      cells: outer.length > 20 ? 2 : 3,
    });
  });
  return [
    part(roundedBox([0, 0], [bx, by], 0.02, h, 0.025, { segments: 1 }), varied(MOULDS, variant), "body"),
    ...(lands.length > 0 ? [part(lands, "tin_plating_lead", "lead")] : []),
    ...icMarks(input, h),
    ...joints,
    ...exposedJoints(pads, half, variant),
  ];
}

/** Ball grid arrays: substrate, mould cap and the balls of the two outer rows; inner ones are never seen. */
export function ballGrid(input: ModelInput): ModelPart[] {
  const { spec, pads, variant } = input;
  const [bx, by, h] = spec.body;
  const gap = Math.min(0.35, 0.28 * h);
  const sheet = gap + Math.min(0.3, 0.25 * h);
  const limit = 0.62;
  const shown = pads.filter(
    (p) => Math.abs(p.at[0]) > (bx / 2) * limit || Math.abs(p.at[1]) > (by / 2) * limit,
  );
  const balls = shown.map((p) => {
    const r = Math.max(gap * 0.62, Math.min(...p.size) * 0.5);
    const profile = [-0.8, -0.3, 0.3, 0.8].map((s): readonly [number, number] => [
      r * Math.sqrt(1 - s * s * 0.8),
      gap / 2 - STANDOFF / 2 + (s * (gap + STANDOFF)) / 1.6,
    ]);
    return revolve(profile, p.at, 8);
  });
  return [
    part(roundedBox([0, 0], [bx, by], gap, sheet, 0.02, { segments: 1 }), "substrate_green", "body"),
    part(
      roundedBox([0, 0], [bx - 0.5, by - 0.5], sheet, h, 0.12, { segments: 2 }),
      varied(MOULDS, variant),
      "body",
    ),
    ...(balls.length > 0 ? [{ ...part(balls, "tin_plating_solder", "solder", 60) }] : []),
    ...icMarks({ ...input, spec: { ...spec, body: [bx - 0.5, by - 0.5, h] } }, h),
  ];
}
