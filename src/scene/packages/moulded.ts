import { rectangle } from "../shape/outlines.js";
import { regionOf } from "../shape/region.js";
import { roundedBox, strip } from "../shape/solids.js";
import { place } from "../shape/surface.js";
import { joint } from "./joint.js";
import { mouldedBody } from "./leaded.js";
import { dateCode, mark, textBlock, valueCode } from "./mark.js";
import type { ModelInput, ModelPart } from "./model.js";
import { MOULDS, part, varied } from "./parts.js";

/**
 * Moulded two-terminal parts whose sheet-metal tabs come out at both ends and bend under the body: SMA-type
 * diodes, tantalum capacitors, moulded inductors. Polarity shows as a stripe at pin 1 (−X).
 */
export function moulded(input: ModelInput): ModelPart[] {
  const { spec, variant } = input;
  const [l, w, h] = spec.body;
  const tantalum = spec.family === "tantalum";
  const power = spec.family === "inductor";
  const z0 = power ? 0.05 : 0.1;
  const body = power
    ? roundedBox([0, 0], [l, w], z0, h, Math.min(0.3, 0.12 * w), { segments: 3 })
    : mouldedBody(l, w, z0, h, z0 + (h - z0) * 0.45);
  const material = tantalum
    ? variant % 4 === 3
      ? "mould_black_0"
      : "mould_yellow"
    : power
      ? "ferrite_moulded"
      : varied(MOULDS, variant);
  const tabWidth = w * (power ? 0.45 : tantalum ? 0.72 : 0.56);
  const t = 0.13;
  const length = Math.min(0.22 * l, 1.3);
  const rise = z0 + (h - z0) * (power ? 0.5 : 0.45);
  const tabs = [0, 180].map((turned) =>
    place(
      strip(
        [
          [l / 2 - 0.06, rise],
          [l / 2 + t * 0.55, rise],
          [l / 2 + t * 0.55, t * 0.9],
          [l / 2 + t * 0.1, t * 0.5],
          [l / 2 - length, t * 0.5],
        ],
        tabWidth,
        t,
        0.03,
      ),
      [0, 0, 0],
      turned,
    ),
  );
  return [
    part(body, material, "body"),
    part(tabs, "tin_plating_lead", "lead"),
    ...mouldedMarks(input, h, material === "mould_yellow"),
    ...input.pads.map((pad, index) => {
      const side = pad.at[0] >= 0 ? 1 : -1;
      const outline = rectangle([side * (l / 2 - length / 2 + t / 2), 0], length + t, tabWidth);
      return joint(pad, side > 0 ? 0 : 180, [{ outline, height: Math.min(rise, 0.9) }], {
        variant,
        index,
        climb: 0.9,
      });
    }),
  ];
}

function mouldedMarks(input: ModelInput, h: number, dark: boolean): ModelPart[] {
  const { spec, value, variant } = input;
  const [l, w] = spec.body;
  const inset = 0.12 * (h - 0.1);
  const flat: readonly [number, number] = [l - 2 * inset, w - 2 * inset];
  const name = value.trim().slice(0, 6).toUpperCase();
  const code = spec.family === "diode" ? name : valueCode(value) || name;
  if (spec.family === "inductor") {
    const lines = textBlock([code || "100"], [0, 0], flat[0] * 0.62, flat[1] * 0.6);
    return mark(lines, [], h, "print_black");
  }
  const stripe = rectangle([-flat[0] * 0.41, 0], flat[0] * 0.14, flat[1] * 0.99);
  const text = [code || "A1", ...(spec.family === "tantalum" && w > 2 ? [`${16 + 9 * (variant % 3)}V`] : [])];
  const second = spec.family === "diode" && w > 2.2 ? [dateCode(variant)] : [];
  const lines = textBlock([...text, ...second], [flat[0] * 0.09, 0], flat[0] * 0.6, flat[1] * 0.8);
  return mark(lines, [regionOf([{ outline: stripe, holes: [] }])], h, dark ? "mould_brown" : "laser_mark");
}
